/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/inventory.h"

/* What a machine had and has no more. */

struct loss {
    bool critical; /* a disk or the network: worth a reboot by the firmware */
    char *text;    /* "disk ata-XYZ (931 GiB)" */
};

struct losses {
    struct loss *all; /* critical ones first, then by text */
    size_t n;
    bool critical; /* one of them is */
};

/* Looks for everything of `before` in `now`. What is new is no loss, nor is another name, place or
 * driver; and of what is not known in one of the two nothing is said. 0 or -ENOMEM; release with
 * losses_clear() in any case. */
int compare(const struct inventory *before, const struct inventory *now, struct losses *ret_losses);

/* Adds one, whose text becomes the list's own; NULL for memory that is gone. 0 or -ENOMEM. */
int losses_add(struct losses *losses, bool critical, char *text);
void losses_sort(struct losses *losses);
void losses_clear(struct losses *losses);
