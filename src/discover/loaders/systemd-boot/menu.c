/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/systemd-boot/menu.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>

#include "base/root.h"
#include "base/util.h"

void menu_clear(struct menu *menu)
{
    for (size_t i = 0; i < menu->n; i++)
        bls_entry_clear(&menu->entries[i]);
    free(menu->entries);
    for (size_t i = 0; i < N_MENU_VOICES; i++) {
        free(menu->patterns[i].pattern);
        free(menu->patterns[i].source);
    }
    free(menu->problem);
}

void menu_give_up(struct menu *menu, char *problem)
{
    if (menu->problem)
        free(problem);
    else
        menu->problem = problem;
}

void menu_distrust(int root, struct menu *menu, const char *path)
{
    AUTOFREE char *at = xstrdup(path), *resolved = NULL, *untrusted = NULL;

    while (root_resolve(root, at, &resolved, NULL, &untrusted) == -ENOENT && strchr(at + 1, '/'))
        *strrchr(at, '/') = 0;
    if (untrusted)
        menu_give_up(menu, format("%s is not used: %s", path, untrusted));
}

void menu_set_pattern(struct menu *menu, enum menu_voice voice, const char *pattern,
                      const char *source)
{
    struct menu_pattern *set = &menu->patterns[voice];

    set_text(&set->pattern, xstrdup(pattern));
    set_text(&set->source, xstrdup(source));
    for (char *sign = set->pattern; *sign; sign++)
        *sign = (char)tolower((unsigned char)*sign);
}

static bool matches(const struct menu_pattern *pattern, const char *id)
{
    return pattern->pattern && fnmatch(pattern->pattern, id, 0) == 0;
}

/* Entries that the boot loader adds by itself, if it finds such a system or the firmware supports
 * it. */
static const char *automatic_entry(const struct menu_pattern *pattern)
{
    static const char *const IDS[] = {
        "auto-windows",
        "auto-osx",
        "auto-efi-shell",
        "auto-efi-default",
        "auto-poweroff",
        "auto-reboot",
        "auto-reboot-to-firmware-setup",
        "secure-boot-keys-auto",
    };

    for (size_t i = 0; i < ELEMENTS(IDS); i++)
        if (matches(pattern, IDS[i]))
            return IDS[i];
    /* One for each set of keys on the partition, followed by its name. */
    return pattern->pattern && after_prefix(pattern->pattern, "secure-boot-keys-")
               ? pattern->pattern
               : NULL;
}

/* The first entry that matches the pattern, or n. */
static size_t find_entry(const struct menu *menu, const struct menu_pattern *pattern)
{
    size_t i = 0;

    while (i < menu->n && !matches(pattern, menu->entries[i].id))
        i++;
    return i;
}

/* The same, but ordered by names with their boot counters. Every entry matches the pattern NULL. */
static size_t find_raw_entry(const struct menu *menu, const struct menu_pattern *pattern)
{
    size_t found = menu->n;

    for (size_t i = 0; i < menu->n; i++) {
        const struct bls_entry *entry = &menu->entries[i];
        AUTOFREE char *id = bls_entry_raw_id(entry);

        if ((!pattern || matches(pattern, id)) &&
            (found == menu->n || bls_entry_compare_raw(entry, &menu->entries[found]) < 0))
            found = i;
    }
    return found;
}

/* The index of the default of a menu that is not empty, and the pattern that selected it, NULL for
 * the first entry. A pattern that may match an automatic entry is a problem. */
static size_t find_default(struct menu *menu, const struct menu_pattern **ret_pattern)
{
    *ret_pattern = NULL;
    for (size_t i = 0; i < N_MENU_VOICES; i++) {
        const struct menu_pattern *pattern = &menu->patterns[i];
        size_t found = find_entry(menu, pattern), raw = find_raw_entry(menu, pattern);
        const char *automatic = automatic_entry(pattern);

        if (found < menu->n || raw < menu->n) {
            *ret_pattern = pattern;
            return found < menu->n ? found : raw;
        }
        if (automatic) {
            menu_give_up(menu, format("the default in %s may be %s, an entry that systemd-boot "
                                      "adds by itself",
                                      pattern->source, automatic));
            return 0;
        }
    }
    return 0;
}

/* An entry with the same id on the other partition could be meant. */
static bool is_alone(const struct menu *menu, size_t chosen)
{
    for (size_t i = 0; i < menu->n; i++)
        if (i != chosen && streq(menu->entries[i].id, menu->entries[chosen].id))
            return false;
    return true;
}

static void check_chosen(struct menu *menu, size_t chosen, const struct menu_pattern *pattern)
{
    const struct bls_entry *entry = &menu->entries[chosen];

    /* The boot loader would count this try, and systemd would confirm it. */
    if (entry->tries_left >= 0)
        menu_give_up(menu, format("boot entry %s is on trial (boot counting)", entry->source));
    else if (find_raw_entry(menu, pattern) != chosen)
        menu_give_up(menu,
                     format("an entry on trial (boot counting) may come before %s", entry->source));
    else if (!is_alone(menu, chosen))
        menu_give_up(menu, format("there are two boot entries %s", entry->id));
}

size_t menu_choose(struct menu *menu, char **ret_reason)
{
    const struct menu_pattern *pattern;
    size_t chosen;

    if (menu->n == 0) {
        menu_give_up(menu, xstrdup("the boot loader is systemd-boot, but none of its entries can "
                                   "be read: is the EFI system partition mounted?"));
        return 0;
    }
    chosen = find_default(menu, &pattern);
    if (!menu->problem)
        check_chosen(menu, chosen, pattern);
    if (!menu->problem)
        *ret_reason = pattern ? format("systemd-boot's default (%s)", pattern->source)
                              : xstrdup("systemd-boot's first entry");
    return chosen;
}
