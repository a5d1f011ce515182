/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/archive.h"

#include <errno.h>

#include "base/fd.h"

enum {
    MAX_TAKEN = 1000000, /* some seconds */
};

bool archive_fail(struct archive *archive, const char *problem)
{
    if (!archive->problem && !archive->error)
        archive->problem = problem;
    return false;
}

bool archive_fail_errno(struct archive *archive, int error)
{
    if (!archive->problem && !archive->error)
        archive->error = error;
    return false;
}

bool archive_skip(struct archive *archive, uint64_t n)
{
    if (n > archive->end - archive->at)
        return archive_fail(archive, "it is cut off");
    archive->at += n;
    return true;
}

bool archive_take(struct archive *archive, void *bytes, size_t n)
{
    uint64_t from = archive->at;
    int r;

    if (archive->taken++ >= MAX_TAKEN)
        return archive_fail(archive, "it has more parts than fastreboot looks at");
    r = archive_skip(archive, n) ? fd_read_at(archive->fd, bytes, n, from) : -ENODATA;

    if (r == -ENODATA) /* it has become shorter just now */
        return archive_fail(archive, "it is cut off");
    return r < 0 ? archive_fail_errno(archive, r) : true;
}

void archive_align(struct archive *archive, uint64_t start)
{
    uint64_t padding = (start - archive->at) & 3, left = archive->end - archive->at;

    archive->at += padding < left ? padding : left;
}
