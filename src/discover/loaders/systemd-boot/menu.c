/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/systemd-boot/menu.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>

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

int menu_give_up(struct menu *menu, char *problem)
{
    if (!problem)
        return -ENOMEM;
    if (menu->problem)
        free(problem);
    else
        menu->problem = problem;
    return 0;
}

int menu_set_pattern(struct menu *menu, enum menu_voice voice, const char *pattern,
                     const char *source)
{
    struct menu_pattern *set = &menu->patterns[voice];

    free(set->pattern);
    free(set->source);
    *set = (struct menu_pattern){.pattern = strdup(pattern), .source = strdup(source)};
    if (!set->pattern || !set->source)
        return -ENOMEM;
    for (char *sign = set->pattern; *sign; sign++)
        *sign = (char)tolower((unsigned char)*sign);
    return 0;
}

static bool matches(const struct menu_pattern *pattern, const char *id)
{
    return pattern->pattern && fnmatch(pattern->pattern, id, 0) == 0;
}

/* What the loader adds behind the entries of files, where it finds it or the firmware can do it. */
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
    /* One for each set of keys on the partition, with its name behind. */
    return pattern->pattern && after_prefix(pattern->pattern, "secure-boot-keys-")
               ? pattern->pattern
               : NULL;
}

/* The first entry that the pattern takes, or n. */
static size_t find_entry(const struct menu *menu, const struct menu_pattern *pattern)
{
    size_t i = 0;

    while (i < menu->n && !matches(pattern, menu->entries[i].id))
        i++;
    return i;
}

/* The same by the names with their counters, as the loader has them; n, or -ENOMEM. No pattern
 * (NULL) takes any. */
static int find_raw_entry(const struct menu *menu, const struct menu_pattern *pattern)
{
    int found = (int)menu->n;

    for (int i = 0; i < (int)menu->n; i++) {
        const struct bls_entry *entry = &menu->entries[i];
        AUTOFREE char *id = bls_entry_raw_id(entry);

        if (!id)
            return -ENOMEM;
        if ((!pattern || matches(pattern, id)) &&
            (found == (int)menu->n || bls_entry_compare_raw(entry, &menu->entries[found]) < 0))
            found = i;
    }
    return found;
}

/* The index of the default and whose it is, NULL for the first entry; `menu` is not empty. What a
 * pattern may mean that is not read is a problem. */
static int find_default(struct menu *menu, size_t *ret_chosen,
                        const struct menu_pattern **ret_pattern)
{
    *ret_chosen = 0;
    *ret_pattern = NULL;
    for (size_t i = 0; i < N_MENU_VOICES; i++) {
        const struct menu_pattern *pattern = &menu->patterns[i];
        size_t found = find_entry(menu, pattern);
        int raw = find_raw_entry(menu, pattern);
        const char *automatic = automatic_entry(pattern);

        if (raw == -ENOMEM)
            return raw;
        if (found < menu->n || raw < (int)menu->n) {
            *ret_chosen = found < menu->n ? found : (size_t)raw;
            *ret_pattern = pattern;
            return 0;
        }
        if (automatic)
            return menu_give_up(menu, format("the default by %s may be %s, which systemd-boot "
                                             "finds by itself",
                                             pattern->source, automatic));
    }
    return 0;
}

/* Another entry of the same id, on the other partition, could be the one. */
static bool is_alone(const struct menu *menu, size_t chosen)
{
    for (size_t i = 0; i < menu->n; i++)
        if (i != chosen && streq(menu->entries[i].id, menu->entries[chosen].id))
            return false;
    return true;
}

static int check_chosen(struct menu *menu, size_t chosen, const struct menu_pattern *pattern)
{
    const struct bls_entry *entry = &menu->entries[chosen];
    int raw = find_raw_entry(menu, pattern);

    if (raw == -ENOMEM)
        return raw;
    /* The loader would count this try down, and somebody the good one up. */
    if (entry->tries_left >= 0)
        return menu_give_up(menu,
                            format("boot entry %s is on trial (boot counting)", entry->source));
    if (raw != (int)chosen)
        return menu_give_up(
            menu, format("an entry on trial (boot counting) may stand before %s", entry->source));
    if (!is_alone(menu, chosen))
        return menu_give_up(menu, format("there are two boot entries %s", entry->id));
    return 0;
}

int menu_choose(struct menu *menu, size_t *ret_chosen, char **ret_reason)
{
    const struct menu_pattern *pattern;
    int r;

    *ret_chosen = 0;
    if (menu->n == 0)
        return menu_give_up(menu,
                            format("systemd-boot is the boot loader, and no entry of its can be "
                                   "read: is the EFI partition mounted?"));
    r = find_default(menu, ret_chosen, &pattern);
    if (r < 0 || menu->problem)
        return r;
    r = check_chosen(menu, *ret_chosen, pattern);
    if (r < 0 || menu->problem)
        return r;
    *ret_reason = pattern ? format("default of systemd-boot by %s", pattern->source)
                          : format("first entry of systemd-boot");
    return *ret_reason ? 0 : -ENOMEM;
}
