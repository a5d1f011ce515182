/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Gets the next bytes; false if it wants no more. */
typedef bool (*inflation_taker)(void *data, const unsigned char *bytes, size_t n);

/* A compressed part of a file while it is unpacked into another file. */
struct inflation {
    int from;
    uint64_t at, end; /* what of `from` comes next, and where it ends */
    int to;
    inflation_taker take; /* gets what is unpacked in place of `to`, if not NULL */
    void *data;           /* for it */
    uint64_t written;
    bool untold;         /* a recording must not have what is read */
    const char *problem; /* what is wrong with it, in words, or NULL */
    int error;           /* the negative errno of reading or writing, or 0 */
};

/* Unpacks a stream of the format from its start to its end, up to 256 MiB in a file; false, with
 * the problem or error, if it is damaged, cut off or longer, and without one if `take` wants no
 * more. What follows it does not matter. */
bool inflate_gzip(struct inflation *inflation);
bool inflate_zstd(struct inflation *inflation);
