/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds the entries of a menu, and the one that GRUB starts by itself. */

#include "discover/loaders/grub/default.h"

/* An entry that is not a submenu. */
struct grub_found {
    const char *id; /* preceded by those of its submenus, joined by > */
    const char *title;
    const struct grub_loaded *loaded;
    const char *file;
    unsigned line;
    const char *problem; /* why it cannot be known what it starts, or NULL */
    bool chosen;
};

struct grub_walk {
    struct grub_chooser chooser;
    void (*found)(void *data, const struct grub_found *found);
    void *data;
    char *problem; /* why no entry is chosen, or NULL; the caller frees it */
};

/* Visits the menu of a configuration that was run, and its submenus. */
void grub_menu_walk(struct grub_eval *eval, struct grub_walk *walk);
