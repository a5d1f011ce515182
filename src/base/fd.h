/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Open files. All return 0 or a negative errno. */

/* The whole file, with a NUL behind it that does not count in ret_length (may be NULL); the offset
 * is not moved. -EFBIG when it has more than `max` bytes. The caller frees it. */
int fd_read(int fd, size_t max, char **ret_text, size_t *ret_length);

/* Exactly `size` bytes at `offset`; -ENODATA when there are fewer. */
int fd_read_at(int fd, void *buffer, size_t size, uint64_t offset);

/* Where the `length` bytes are first found from offset `from` on (ret_offset may be NULL); `end` is
 * where they must have started. -ENOENT when they are not in the file, -EFBIG when it goes on
 * behind `end` without them. */
int fd_find(int fd, const void *bytes, size_t length, uint64_t from, uint64_t end,
            uint64_t *ret_offset);

/* For what reads in another way: these bytes are what mattered of the file, behind those told
 * before; see base/witness.h. */
void fd_tell(int fd, const void *data, size_t size);

/* All `size` bytes. */
int fd_write(int fd, const void *data, size_t size);

/* Copies the bytes from `offset` to `end` of `from` behind what `to` has; -EIO when the file has
 * become shorter. */
int fd_copy(int to, int from, uint64_t offset, uint64_t end);

/* Little-endian numbers, wherever they lie. */
static inline uint16_t get_le16(const void *data)
{
    uint16_t value;

    memcpy(&value, data, sizeof(value));
    return le16toh(value);
}

static inline uint32_t get_le32(const void *data)
{
    uint32_t value;

    memcpy(&value, data, sizeof(value));
    return le32toh(value);
}

static inline uint64_t get_le64(const void *data)
{
    uint64_t value;

    memcpy(&value, data, sizeof(value));
    return le64toh(value);
}
