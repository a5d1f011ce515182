/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What no recording holds: passwords, keys and what they are derived from, and what other systems
 * are called. It is overwritten in place, as lengths and offsets may matter.
 *
 * All give how many places were overwritten. */

/* A piece of the file at `path`, `offset` bytes into it. */
size_t hide_secrets(const char *path, char *data, size_t size);

/* A piece of a device or file that starts with a LUKS header. */
size_t hide_luks(char *data, size_t size, uint64_t offset);
