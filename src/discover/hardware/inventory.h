/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/attempt.h"
#include "facts/inventory.h"

/* What the machine below `root` has now, and who it is. What could not be read is marked so, or
 * NULL; both calls fail for want of memory only (-ENOMEM). Release in any case, with
 * inventory_clear() and machine_clear(). */
int inventory_read(int root, struct inventory *ret_inventory);
int machine_read(int root, struct machine *ret_machine);

/* For the source files of this reader. 0 or -ENOMEM; what cannot be read stays unknown. */
int inventory_read_pci(int root, struct items *items);
int inventory_read_disks(int root, struct items *items);
int inventory_read_mounts(int root, struct items *items);
int inventory_read_links(int root, struct items *items);
int inventory_read_routes(int root, struct inventory *inventory);

/* Looks at `name` in the directory `path` and adds what it is, if anything: 0, -E2BIG where there
 * is too much, or -ENOMEM. */
typedef int (*inventory_look)(int root, const char *path, const char *name, struct items *items);
int inventory_walk(int root, const char *path, inventory_look look, struct items *items);

/* The line in file `name` of `directory`, in printable ASCII without blanks around it; NULL where
 * there is none, or nothing in it. */
int inventory_line(int root, const char *directory, const char *name, char **ret_text);
/* The number there, or `otherwise`. */
int inventory_number(int root, const char *directory, const char *name, long otherwise,
                     long *ret_number);
/* Where the link `name` in `directory` leads, or NULL. */
int inventory_link(int root, const char *directory, const char *name, char **ret_target);
/* 1, 0, or -ENOMEM. */
int inventory_has(int root, const char *directory, const char *name);
/* Makes text what inventory_line() gives, in place. */
void inventory_clean(char *text);
