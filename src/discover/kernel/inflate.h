/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A compressed part of a file while it is unpacked into another file. */
struct inflation {
    int from;
    uint64_t at, end; /* what of `from` comes next, and where it ends */
    int to;
    uint64_t written;
    const char *problem; /* what is wrong with it, in words, or NULL */
    int error;           /* the negative errno of reading or writing, or 0 */
};

/* Unpacks a stream of the format from its start to its end, up to 256 MiB; false, with the problem
 * or error, if it is damaged, cut off or longer. What follows it does not matter. */
bool inflate_gzip(struct inflation *inflation);
bool inflate_zstd(struct inflation *inflation);
