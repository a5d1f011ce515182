/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* As an offset: after the bytes reported before, since the file was opened. */
#define WITNESS_APPEND UINT64_MAX

/* Receives reports of what is read below the root directory. Paths are relative to it and contain
 * no links. */
struct witness {
    /* The path exists; `target` is where a link points, or NULL. */
    void (*saw)(const char *path, const struct stat *st, const char *target);
    /* From now on `fd` is this file or directory; it is a negative errno if opening failed. */
    void (*opened)(const char *path, int fd);
    /* `size` bytes at `offset` were read; `whole` means that they are the whole file. `fd` may be a
     * file that was not opened below the root. */
    void (*took)(int fd, uint64_t offset, const void *data, size_t size, bool whole);
    /* Reading it failed. */
    void (*failed)(int fd);
};

/* The only global state of reading. NULL in every verb but `record`, which sets it while it runs
 * other verbs, so that nothing in between has to pass it on. */
extern const struct witness *witness;
