/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/inventory.h"
#include "tree.h"

/* A server with two disks, a USB stick, two interfaces (one has a cable), and two nodes: as files,
 * and as an inventory, which the caller clears. */
void tree_server(const struct tree *tree);
void made_server(struct inventory *ret_inventory);

/* Adds an item with these strings, which may be NULL. */
struct item *made_item(struct inventory *inventory, enum item_kind kind, const char *id,
                       const char *name, const char *place, const char *model);

/* Removes the item. */
void made_loss(struct inventory *inventory, enum item_kind kind, size_t i);

/* Any inventory that a machine could have. */
void made_inventory_by_dice(struct inventory *ret_inventory);

/* A copy made through JSON. */
void made_copy(const struct inventory *inventory, struct inventory *ret_copy);
