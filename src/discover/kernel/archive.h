/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An initrd while it is walked through. */
struct archive {
    int fd;
    uint64_t start, end; /* where it is in the file */
    uint64_t at;         /* what comes next */
    unsigned taken;      /* how often archive_take() was called */
    const char *problem; /* what is wrong with it, in words, or NULL */
    int error;           /* the negative errno of reading it, or 0 */
};

/* The next `n` bytes, and behind them; false, with the problem or error, if there are fewer, or
 * after a million calls: an archive may be made of nothing but tiny parts. */
bool archive_take(struct archive *archive, void *bytes, size_t n);

/* Moves behind the next `n` bytes; false, with the problem, if there are fewer. */
bool archive_skip(struct archive *archive, uint64_t n);

/* Moves to the next multiple of 4, counted from `start`, or to the end. */
void archive_align(struct archive *archive, uint64_t start);

/* Notes what is wrong, unless something was noted before; always false. */
bool archive_fail(struct archive *archive, const char *problem);
bool archive_fail_errno(struct archive *archive, int error);
