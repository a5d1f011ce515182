/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/fd.h"

#include <errno.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "base/util.h"

int fd_read(int fd, size_t max, char **ret_text, size_t *ret_length)
{
    AUTOFREE char *text = NULL;
    size_t size = 0, length = 0;

    for (;;) {
        ssize_t n;

        if (length == size) {
            if (length > max)
                return -EFBIG;
            size = size ? size * 2 : 4096;
            size = size > max + 1 ? max + 1 : size;
            text = xreallocarray(text, size + 1, 1);
        }
        n = pread(fd, text + length, size - length, (off_t)length);
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        length += (size_t)n;
    }
    if (length > max)
        return -EFBIG;
    text[length] = 0;
    *ret_text = steal(&text);
    if (ret_length)
        *ret_length = length;
    return 0;
}

int fd_read_at(int fd, void *buffer, size_t size, uint64_t offset)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = pread(fd, (char *)buffer + done, size - done, (off_t)(offset + done));

        if (n < 0)
            return -errno;
        if (n == 0)
            return -ENODATA;
        done += (size_t)n;
    }
    return 0;
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

int fd_copy(int to, int from, uint64_t offset, uint64_t end)
{
    off_t at = (off_t)offset;

    while ((uint64_t)at < end) {
        ssize_t n = sendfile(to, from, &at, (size_t)(end - (uint64_t)at));

        if (n < 0)
            return -errno;
        if (n == 0)
            return -EIO;
    }
    return 0;
}
