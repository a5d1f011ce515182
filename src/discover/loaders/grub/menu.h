/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds the entries of a menu, and the one that GRUB starts by itself. */

#include "discover/loaders/grub/script/state.h"

/* How a default is looked up. Fedora's GRUB tries ids, then titles, then a number; for others a
 * digit at the start makes it a number; openSUSE's skips a submenu of snapshots when it counts. */
enum grub_rules {
    GRUB_RULES_UPSTREAM,
    GRUB_RULES_FEDORA,
    GRUB_RULES_ALL, /* every version must agree */
};

/* The index of the entry that `value`, that of $default or NULL when it is not set, means. 0, or
 * -ECANCELED with *ret_problem, for the caller to free, where it cannot be known. */
int grub_menu_default(const struct grub_menu *menu, const char *value, enum grub_rules rules,
                      size_t *ret_index, char **ret_problem);

/* The part of the value that is for the submenu it names, or NULL. */
const char *grub_menu_rest(const char *value);

/* An entry that is not a submenu. */
struct grub_found {
    const char *id; /* after those of the submenus it is in, joined by > */
    const char *title;
    const struct grub_loaded *loaded;
    const char *file;
    unsigned line;
    const char *problem; /* why it cannot be known what it starts, or NULL */
    bool chosen;
};

struct grub_walk {
    enum grub_rules rules;
    void (*found)(void *data, const struct grub_found *found);
    void *data;
    char *problem; /* why no entry is chosen, or NULL; for the caller to free */
};

/* Goes through the menu of a configuration that was run, and through its submenus. */
void grub_menu_walk(struct grub_eval *eval, struct grub_walk *walk);
