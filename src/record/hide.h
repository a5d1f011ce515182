/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Removes what a recording must not contain: passwords, keys and what they are derived from, and
 * names of other systems. They are overwritten in place, because lengths and offsets may matter.
 *
 * All functions return how many places were overwritten. */

/* `data` is a part of the file at `path`. */
size_t hide_secrets(const char *path, char *data, size_t size);

/* The kernel's table of neighbours: all but the routers in `routers` (or NULL) are hidden, and
 * those have the address that hide_secrets() puts into the tables of routes. */
size_t hide_neighbours(char *data, size_t size, const char *routers);

/* Adds the routers in a table of routes, not hidden yet, to the list `*routers`, which ends in a
 * zero byte and has blanks in between. */
void hide_find_routers(char *data, size_t size, char **routers);

/* `data` is the part of a device or file with a LUKS header that starts at `offset`. */
size_t hide_luks(char *data, size_t size, uint64_t offset);
