/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/unlock/cpio.h"

#include "base/util.h"

enum {
    HEADER = 110,
    BLOCK = 512,
    FIRST_INODE = 1,
};

static const struct cpio_member END = {.path = "TRAILER!!!"};

static size_t padded(size_t size, size_t to)
{
    return (size + to - 1) / to * to;
}

static size_t member_size(const struct cpio_member *member)
{
    return padded(HEADER + strlen(member->path) + 1, 4) + padded(member->size, 4);
}

size_t cpio_size(const struct cpio_member *members, size_t n)
{
    size_t size = member_size(&END);

    for (size_t i = 0; i < n; i++)
        size += member_size(&members[i]);
    return padded(size, BLOCK);
}

static void pad(struct secret *archive, size_t start, size_t to)
{
    size_t used = archive->size - start;

    secret_append(archive, NULL, padded(used, to) - used);
}

/* The fields: inode, mode, user, group, links, time, size, device (2), special device (2), length
 * of the name, checksum. */
static void write_member(struct secret *archive, const struct cpio_member *member, unsigned inode)
{
    size_t start = archive->size, name = strlen(member->path) + 1;
    char header[HEADER + 1];

    (void)snprintf(header, sizeof(header),
                   "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", inode,
                   member->mode, 0, 0, 1, 0, (unsigned)member->size, 0, 0, 0, 0, (unsigned)name, 0);
    secret_append(archive, header, HEADER);
    secret_append(archive, member->path, name);
    pad(archive, start, 4);
    start = archive->size;
    secret_append(archive, member->data, member->size);
    pad(archive, start, 4);
}

void cpio_write(struct secret *archive, const struct cpio_member *members, size_t n)
{
    size_t start = archive->size;

    for (size_t i = 0; i < n; i++)
        write_member(archive, &members[i], FIRST_INODE + (unsigned)i);
    write_member(archive, &END, 0);
    pad(archive, start, BLOCK);
}
