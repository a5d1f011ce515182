/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which entry of a menu $default selects. */

#include "discover/loaders/grub/script/state.h"

enum grub_rules {
    GRUB_RULES_UPSTREAM,
    GRUB_RULES_FEDORA,
    GRUB_RULES_ALL, /* all must agree, including openSUSE's */
};

/* How a GRUB chooses. */
struct grub_chooser {
    enum grub_rules rules;
    bool recent;       /* it certainly is 2.04 or newer */
    const char *named; /* the entry that LoaderEntryDefault names, where GRUB obeys that; or NULL */
};

/* Finds the index of the entry that `value` selects; NULL means that $default is not set. 0, or
 * -ECANCELED with *ret_problem, which the caller frees, if it cannot be known. */
int grub_menu_default(const struct grub_menu *menu, const char *value,
                      const struct grub_chooser *chooser, size_t *ret_index, char **ret_problem);

/* The rest of the value for the submenu that it names, or NULL. */
const char *grub_menu_rest(const char *value);
