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

/* `data` is the part of a device or file with a LUKS header that starts at `offset`. */
size_t hide_luks(char *data, size_t size, uint64_t offset);
