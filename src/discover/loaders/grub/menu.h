/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From a menu to the entries in it, and to the one that GRUB starts when nobody is there. */

#include "discover/loaders/grub/script/eval.h"

/* How a default is looked for. Fedora looks at ids before titles before numbers; for others a digit
 * at the start makes it a number; openSUSE counts past a submenu of snapshots. */
enum grub_rules {
    GRUB_RULES_UPSTREAM,
    GRUB_RULES_FEDORA,
    GRUB_RULES_ALL, /* every version must agree */
};

/* The index of the entry that `value`, of the variable default, means; NULL when it is not set.
 * 0, -ENOMEM, or -ECANCELED with *ret_problem. */
int grub_menu_default(const struct grub_menu *menu, const char *value, enum grub_rules rules,
                      size_t *ret_index, char **ret_problem);

/* What is left of the value for the submenu that it names, or NULL. */
const char *grub_menu_rest(const char *value);

/* An entry that is no submenu. */
struct grub_found {
    const char *id; /* with those of the submenus before it, joined by > */
    const char *title;
    const struct grub_loaded *loaded;
    const char *file;
    unsigned line;
    const char *problem; /* why it cannot be known what it starts, or NULL */
    bool chosen;
};

struct grub_walk {
    enum grub_rules rules;
    int (*found)(void *data, const struct grub_found *found); /* 0 or a negative errno */
    void *data;
    char *problem; /* why no entry is chosen, or NULL */
};

/* Goes through the menu of a configuration that was run, submenus too. 0 or a negative errno. */
int grub_menu_walk(struct grub_eval *eval, struct grub_walk *walk);
