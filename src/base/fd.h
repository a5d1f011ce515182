/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Open files. All functions return 0 or a negative errno. */

/* Reads the whole file without moving its offset. The text is NUL-terminated; ret_length (may be
 * NULL) does not count the NUL. -EFBIG if the file is larger than `max` bytes. The caller frees the
 * text. */
int fd_read(int fd, size_t max, char **ret_text, size_t *ret_length);

/* As fd_read(), but reads at most the first `max` bytes, ret_length is not NULL, and the caller
 * reports the bytes: see fd_tell(). */
int fd_read_start(int fd, size_t max, char **ret_text, size_t *ret_length);

/* Reads exactly `size` bytes at `offset`; -ENODATA if there are fewer. */
int fd_read_at(int fd, void *buffer, size_t size, uint64_t offset);

/* The same for content that a recording must not have. */
int fd_read_untold(int fd, void *buffer, size_t size, uint64_t offset);

/* Finds the first occurrence of `bytes` at or after offset `from`; ret_offset may be NULL. -ENOENT
 * if the file ends without it; -EFBIG if the file continues after `end` and it was not found up to
 * there. */
int fd_find(int fd, const void *bytes, size_t length, uint64_t from, uint64_t end,
            uint64_t *ret_offset);

/* For code that reads a file by other means: reports to the witness (base/witness.h) that these
 * bytes were used. They follow the bytes reported before. */
void fd_tell(int fd, const void *data, size_t size);

/* Writes all `size` bytes. */
int fd_write(int fd, const void *data, size_t size);

/* Appends the bytes of `from` between `offset` and `end` to `to`; -EIO if `from` has become
 * shorter. */
int fd_copy(int to, int from, uint64_t offset, uint64_t end);

/* Makes the content of a memfd that allows seals immutable. */
int fd_seal(int fd);

/* Little-endian numbers at any alignment. */
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
