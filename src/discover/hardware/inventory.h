/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/hardware/routes.h"
#include "facts/attempt.h"
#include "facts/inventory.h"

/* What the machine below `root` has now, and who it is. What could not be read is marked so, or
 * NULL. Release with inventory_clear() and machine_clear(). */
void inventory_read(int root, struct inventory *ret_inventory);
void machine_read(int root, struct machine *ret_machine);

/* For the source files of this reader: these add to what is empty. */
void inventory_read_disks(int root, struct items *items);
void inventory_read_mounts(int root, struct items *items, struct items *disks); /* ->used */
void inventory_read_links(int root, struct items *items);
void inventory_read_route(int root, enum route_family family, struct route *route);

enum {
    N_NET_DIRECTORIES = 2,
};

/* Where the kernel's tables of the network are; the first one that exists counts. */
extern const char *const NET_DIRECTORIES[N_NET_DIRECTORIES];
