/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "decide/losses.h"
#include "facts/inventory.h"

/* For decide/compare.c: what is said of one item, and how much it matters. `before` is the
 * inventory from before the reboot. */

/* Adds that an item of `before` is missing. */
void item_add_missing(const struct inventory *before, enum item_kind kind, const struct item *item,
                      struct losses *losses);

/* Adds what is worse about an item that is there: no driver, no carrier, fewer lanes. */
void item_add_changes(const struct inventory *before, enum item_kind kind, const struct item *old,
                      const struct item *now, struct losses *losses);

/* Whether it is one that neither comes and goes by itself nor is attached and detached by an
 * orchestrator. Of PCI devices those of storage and network do not count: their disks and
 * interfaces do. */
bool item_stays(enum item_kind kind, const struct item *item);

/* "disk ata-XYZ (931 GiB)", and the id of the loss of it: "disk:naa.5000c500a1b2c3d4". For free().
 */
char *item_describe(enum item_kind kind, const struct item *item);
char *item_loss_id(enum item_kind kind, const struct item *item);

/* Whether both numbers are known, and the second is less. */
static inline bool is_less(long before, long now)
{
    return before > 0 && now > 0 && now < before;
}
