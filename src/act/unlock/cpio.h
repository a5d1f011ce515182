/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "act/unlock/secret.h"

/* Writes an archive for the kernel's unpacker: format newc, everything owned by root. */

/* A file or directory. */
struct cpio_member {
    const char *path; /* without a leading slash */
    uint32_t mode;    /* S_IFREG or S_IFDIR, and the permissions */
    const void *data;
    size_t size;
};

/* The bytes that these members take, with the archive's end: a multiple of 512. */
size_t cpio_size(const struct cpio_member *members, size_t n);

/* Appends the archive; `archive` must have room for it. */
void cpio_write(struct secret *archive, const struct cpio_member *members, size_t n);
