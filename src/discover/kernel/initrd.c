/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/initrd.h"

#include <errno.h>

#include "base/fd.h"
#include "base/util.h"
#include "discover/kernel/archive.h"
#include "discover/kernel/cpio.h"
#include "discover/kernel/packed.h"

/* This follows unpack_to_rootfs() in the kernel's init/initramfs.c: archives in the format "newc",
 * plain at a multiple of 4 or compressed, one behind the other, with zeros between them. What comes
 * behind a whole archive and is none is reported by the kernel, and does no harm. */

enum {
    MAX_ZEROS = 16 * 1024 * 1024, /* in a row */
    CPIO_NAME = 16,               /* as much of a name as matters */
    MAX_PARTS = 1024 * 1024,
};

/* What has been seen so far. */
struct walk {
    struct archive archive;
    bool main;  /* something that is more than microcode */
    bool ended; /* the archive that came last is whole */
};

/* Behind the zeros that come next. What follows them is told when it is read. */
static bool skip_zeros(struct archive *archive)
{
    char block[4096];
    uint64_t from = archive->at;

    while (archive->at < archive->end) {
        uint64_t left = archive->end - archive->at;
        size_t n = left < sizeof(block) ? (size_t)left : sizeof(block), zeros = 0;
        int r = fd_read_untold(archive->fd, block, n, archive->at);

        if (r < 0)
            return archive_fail_errno(archive, r);
        while (zeros < n && !block[zeros])
            zeros++;
        archive->at += zeros;
        if (zeros < n)
            return true;
        if (archive->at - from > MAX_ZEROS) /* nobody pads like that */
            archive->at = archive->end;
    }
    return true;
}

/* What a processor's microcode comes in, in front of what the kernel is to start. */
static bool is_early(const char *name)
{
    return streq(name, ".") || streq(name, "early_cpio") || streq(name, "kernel") ||
           after_prefix(name, "kernel/");
}

/* One file of a plain archive. */
static bool skip_member(struct walk *walk)
{
    struct archive *archive = &walk->archive;
    char header[CPIO_HEADER], name[CPIO_NAME + 1] = "";
    uint64_t start = archive->at;
    uint32_t size, name_size;

    if (!archive_take(archive, header, sizeof(header)))
        return false;
    if ((memcmp(header, "070701", 6) != 0 && memcmp(header, "070702", 6) != 0) ||
        !cpio_number(header, CPIO_SIZE, &size) || !cpio_number(header, CPIO_NAME_SIZE, &name_size))
        return archive_fail(archive, "an archive in it is damaged");
    if (!archive_take(archive, name, name_size < CPIO_NAME ? name_size : CPIO_NAME) ||
        !archive_skip(archive, name_size < CPIO_NAME ? 0 : name_size - CPIO_NAME))
        return false;
    archive_align(archive, start);
    if (!archive_skip(archive, size))
        return false;
    archive_align(archive, start);
    walk->ended = streq(name, "TRAILER!!!");
    walk->main = walk->main || (!walk->ended && !is_early(name));
    return true;
}

/* A file system in place of an archive, which older kernels mount. */
static bool is_file_system(const struct archive *archive)
{
    static const struct {
        uint64_t at;
        const char *magic;
        size_t length;
    } KNOWN[] = {
        {0, "hsqs", 4}, {0, "-rom1fs-", 8}, {0, "\x45\x3d\xcd\x28", 4}, {1024 + 56, "\x53\xef", 2}};
    char bytes[8];

    for (size_t i = 0; i < ELEMENTS(KNOWN); i++)
        if (archive->end - archive->start >= KNOWN[i].at + KNOWN[i].length &&
            fd_read_at(archive->fd, bytes, KNOWN[i].length, archive->start + KNOWN[i].at) >= 0 &&
            memcmp(bytes, KNOWN[i].magic, KNOWN[i].length) == 0)
            return true;
    return false;
}

/* What starts here. */
static bool skip_next(struct walk *walk)
{
    struct archive *archive = &walk->archive;
    char first;

    if (!archive_take(archive, &first, 1))
        return false;
    archive->at--;
    if (first == '0' && ((archive->at - archive->start) & 3) == 0)
        return skip_member(walk);
    if (!packed_skip(archive))
        return false;
    walk->ended = walk->main = true;
    return true;
}

static const char *find_problem(struct walk *walk)
{
    struct archive *archive = &walk->archive;
    size_t n = 0;

    while (n < MAX_PARTS && skip_zeros(archive) && archive->at < archive->end && skip_next(walk))
        n++;
    if (archive->problem || archive->error)
        return archive->problem;
    if (archive->at == archive->end || n == MAX_PARTS)
        return n > 0 ? NULL : "it has nothing but zeros";
    if (n == 0)
        return is_file_system(archive) ? NULL : "it does not start with an archive";
    /* Then the kernel has unpacked all that it needs. */
    return walk->ended && walk->main ? NULL : "it has something that is not an archive";
}

int initrd_check(int fd, uint64_t start, uint64_t end, char **ret_problem)
{
    struct walk walk = {.archive = {.fd = fd, .start = start, .at = start, .end = end}};

    *ret_problem = start < end ? xstrdup(find_problem(&walk)) : NULL;
    return walk.archive.error;
}
