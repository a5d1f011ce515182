/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/systemd-boot-menu.h"

#include <errno.h>
#include <fnmatch.h>

#include "base/util.h"

void menu_clear(struct menu *menu)
{
    for (size_t i = 0; i < menu->n; i++)
        bls_entry_clear(&menu->entries[i]);
    free(menu->entries);
    free(menu->pattern);
    free(menu->pattern_source);
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

/* Gives the index of the default, or n. `entries` may be in another order than the menu's. */
static size_t find_default(const struct menu *menu)
{
    for (size_t i = 0; menu->pattern && i < menu->n; i++)
        if (fnmatch(menu->pattern, menu->entries[i].id, 0) == 0)
            return i;
    return menu->n ? 0 : menu->n;
}

/* The same by the names with their counters, as the loader has them: below 0 or an index. */
static int find_raw_default(const struct menu *menu)
{
    int first = -1, matching = -1;

    for (int i = 0; i < (int)menu->n; i++) {
        const struct bls_entry *entry = &menu->entries[i];
        AUTOFREE char *id = bls_entry_raw_id(entry);

        if (!id)
            return -ENOMEM;
        if (first < 0 || bls_entry_compare_raw(entry, &menu->entries[first]) < 0)
            first = i;
        if (menu->pattern && fnmatch(menu->pattern, id, 0) == 0 &&
            (matching < 0 || bls_entry_compare_raw(entry, &menu->entries[matching]) < 0))
            matching = i;
    }
    return matching >= 0 ? matching : first;
}

/* Another entry of the same id, on the other partition, could be the one. */
static bool is_alone(const struct menu *menu, size_t chosen)
{
    for (size_t i = 0; i < menu->n; i++)
        if (i != chosen && streq(menu->entries[i].id, menu->entries[chosen].id))
            return false;
    return true;
}

static int check_chosen(struct menu *menu, size_t chosen)
{
    const struct bls_entry *entry = &menu->entries[chosen];
    int raw = find_raw_default(menu);

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
    size_t chosen = find_default(menu);
    bool by_pattern = chosen < menu->n && menu->pattern &&
                      fnmatch(menu->pattern, menu->entries[chosen].id, 0) == 0;
    int r;

    *ret_chosen = chosen;
    if (menu->n == 0)
        return menu_give_up(menu,
                            format("systemd-boot is the boot loader, and no entry of its can be "
                                   "read: is the EFI partition mounted?"));
    r = check_chosen(menu, chosen);
    if (r < 0 || menu->problem)
        return r;
    *ret_reason = by_pattern ? format("default of systemd-boot by %s", menu->pattern_source)
                             : format("first entry of systemd-boot");
    return *ret_reason ? 0 : -ENOMEM;
}
