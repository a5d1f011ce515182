/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which entry of a menu $default means. */

#include "discover/loaders/grub/script/state.h"

enum grub_rules {
    GRUB_RULES_UPSTREAM,
    GRUB_RULES_FEDORA,
    GRUB_RULES_ALL, /* all must agree, openSUSE's too */
};

/* The index of the entry that `value`, or NULL when $default is not set, means. 0, or -ECANCELED
 * with *ret_problem, for the caller to free, where it cannot be known. */
int grub_menu_default(const struct grub_menu *menu, const char *value, enum grub_rules rules,
                      size_t *ret_index, char **ret_problem);

/* The part of the value that is for the submenu it names, or NULL. */
const char *grub_menu_rest(const char *value);
