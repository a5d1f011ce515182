/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/inventory.h"

/* What a machine had and has lost. */

struct loss {
    bool critical; /* a disk or the network: worth a firmware reboot */
    char *text;    /* "disk ata-XYZ (931 GiB)" */
};

struct losses {
    struct loss *all; /* critical ones first, then by text */
    size_t n;
    bool critical; /* one of them is */
};

/* Looks for everything of `before` in `now`. Something new is no loss, nor is another name, place
 * or driver; and nothing follows from what is unknown in one of the two. Release with
 * losses_clear(). */
void compare(const struct inventory *before, const struct inventory *now,
             struct losses *ret_losses);

/* Adds one; `text` becomes the list's own. */
void losses_add(struct losses *losses, bool critical, char *text);
void losses_sort(struct losses *losses);
void losses_clear(struct losses *losses);
