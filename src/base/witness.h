/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* An offset: behind what was told before, since the file was opened. */
#define WITNESS_APPEND UINT64_MAX

/* Who is told what is read below the root directory. Paths are relative to it and have no links on
 * the way. */
struct witness {
    /* Something is there; `target` is where a link points, else NULL. */
    void (*saw)(const char *path, const struct stat *st, const char *target);
    /* From now on `fd` is this file or directory; a negative errno where it cannot be opened. */
    void (*opened)(const char *path, int fd);
    /* `size` bytes at `offset` were read; with `whole` there are no others. `fd` may be a file that
     * was not opened below the root. */
    void (*took)(int fd, uint64_t offset, const void *data, size_t size, bool whole);
    /* It was read, and that failed. */
    void (*failed)(int fd);
};

/* The one piece of state that reading has. NULL in every verb but `record`, which sets it while
 * other verbs run, so that nothing between them has to pass it on. */
extern const struct witness *witness;
