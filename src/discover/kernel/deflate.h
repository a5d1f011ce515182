/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/kernel/archive.h"

/* Reads a stream of deflate (RFC 1951) to its end, without unpacking it: moves behind it, and gives
 * how many bytes it would be, modulo 2^32. False, with the problem, if it is damaged or cut off.
 * A recording gets nothing of it.
 * This takes about two seconds for 100 MiB. */
bool deflate_skip(struct archive *archive, uint32_t *ret_unpacked);
