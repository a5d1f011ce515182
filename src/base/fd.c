/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "base/util.h"
#include "base/witness.h"

enum {
    COPY_START = 64 * 1024,
};

/* Reads the whole file, or just enough to show that it is larger than `max` bytes. */
static int read_all(int fd, size_t max, char **text, size_t *length)
{
    size_t size = 0;

    for (;;) {
        ssize_t n;

        if (*length == size) {
            if (*length > max)
                return -EFBIG;
            size = size ? size * 2 : 4096;
            size = size > max + 1 ? max + 1 : size;
            *text = xreallocarray(*text, size + 1, 1);
        }
        n = pread(fd, *text + *length, size - *length, (off_t)*length);
        if (n < 0)
            return -errno;
        if (n == 0)
            return *length > max ? -EFBIG : 0;
        *length += (size_t)n;
    }
}

int fd_read(int fd, size_t max, char **ret_text, size_t *ret_length)
{
    AUTOFREE char *text = NULL;
    size_t length = 0;
    int r = read_all(fd, max, &text, &length);

    if (witness && (r >= 0 || r == -EFBIG))
        witness->took(fd, 0, text, length, r >= 0);
    else if (witness)
        witness->failed(fd);
    if (r < 0)
        return r;
    text[length] = 0;
    *ret_text = steal(&text);
    if (ret_length)
        *ret_length = length;
    return 0;
}

/* Reads up to `size` bytes. *ret_n is the number read; it is smaller at the end of the file. An
 * offset that damaged data name may be larger than any file, which pread() takes for a negative
 * one. */
static int read_up_to(int fd, void *buffer, size_t size, uint64_t offset, size_t *ret_n)
{
    *ret_n = 0;
    if (offset > INT64_MAX - size)
        return 0;
    while (*ret_n < size) {
        ssize_t n = pread(fd, (char *)buffer + *ret_n, size - *ret_n, (off_t)(offset + *ret_n));

        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        *ret_n += (size_t)n;
    }
    return 0;
}

int fd_read_untold(int fd, void *buffer, size_t size, uint64_t offset)
{
    size_t n;
    int r = read_up_to(fd, buffer, size, offset, &n);

    return r < 0 ? r : n < size ? -ENODATA : 0;
}

int fd_read_at(int fd, void *buffer, size_t size, uint64_t offset)
{
    size_t n;
    int r = read_up_to(fd, buffer, size, offset, &n);

    if (witness && r >= 0)
        witness->took(fd, offset, buffer, n, false);
    else if (witness)
        witness->failed(fd);
    if (r < 0)
        return r;
    return n < size ? -ENODATA : 0;
}

int fd_read_start(int fd, size_t max, char **ret_text, size_t *ret_length)
{
    AUTOFREE char *text = xcalloc(max + 1, 1);
    int r = read_up_to(fd, text, max, 0, ret_length);

    if (r >= 0)
        *ret_text = steal(&text);
    return r;
}

int fd_find(int fd, const void *bytes, size_t length, uint64_t from, uint64_t end,
            uint64_t *ret_offset)
{
    enum { STEP = 1024 * 1024 };
    AUTOFREE char *buffer = xcalloc(1, STEP + length);

    for (uint64_t at = from; at < end; at += STEP) {
        size_t n;
        int r = read_up_to(fd, buffer, STEP + length - 1, at, &n);
        const char *found = r < 0 ? NULL : memmem(buffer, n, bytes, length);

        if (r < 0)
            return r;
        if (found) {
            at += (uint64_t)(found - buffer);
            if (witness)
                witness->took(fd, at, bytes, length, false);
            if (ret_offset)
                *ret_offset = at;
            return 0;
        }
        if (n < STEP)
            return -ENOENT;
    }
    return -EFBIG;
}

void fd_tell(int fd, const void *data, size_t size)
{
    if (witness)
        witness->took(fd, WITNESS_APPEND, data, size, false);
}

int fd_write(int fd, const void *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, (const char *)data + done, size - done);

        if (n < 0)
            return -errno;
        done += (size_t)n;
    }
    return 0;
}

/* Copied data is not interpreted here: its start is enough for a recording. */
static void tell_start(int fd, uint64_t offset, uint64_t end)
{
    char start[COPY_START];
    size_t size = end - offset > sizeof(start) ? sizeof(start) : (size_t)(end - offset);
    size_t n;

    if (read_up_to(fd, start, size, offset, &n) >= 0)
        witness->took(fd, offset, start, n, false);
}

int fd_copy(int to, int from, uint64_t offset, uint64_t end)
{
    off_t at = (off_t)offset;

    if (witness)
        tell_start(from, offset, end);
    while ((uint64_t)at < end) {
        ssize_t n = sendfile(to, from, &at, (size_t)(end - (uint64_t)at));

        if (n < 0)
            return -errno;
        if (n == 0)
            return -EIO;
    }
    return 0;
}

int fd_seal(int fd)
{
    return fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0
               ? -errno
               : 0;
}
