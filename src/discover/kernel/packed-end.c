/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/packed-end.h"

#include "base/fd.h"
#include "base/util.h"
#include "discover/kernel/gunzip.h"

static const char DAMAGED[] = "a compressed archive in it is damaged";

enum {
    TAIL = 24,
    MIN_ARCHIVE = 124,            /* without a single file */
    MAX_RATIO = 1032,             /* of deflate */
    CPIO_BLOCK = 512,             /* to which nearly every program pads an archive */
    MAX_READ = 256 * 1024 * 1024, /* of what is read through; a few seconds */
};

/* The length of what was packed, modulo 2^32, is the last thing in the file. */
static bool may_be_gzip_length(const unsigned char *length, uint64_t packed)
{
    uint32_t unpacked = get_le32(length);

    return unpacked >= MIN_ARCHIVE && unpacked % CPIO_BLOCK == 0 &&
           (packed > UINT32_MAX / MAX_RATIO || unpacked <= packed * MAX_RATIO);
}

/* Of the zeros at the end up to `zeros` may belong to it. */
static bool ends_as_gzip(const unsigned char *tail, size_t zeros, uint64_t packed)
{
    for (size_t i = 0; i <= zeros && i < 4; i++)
        if (may_be_gzip_length(tail + TAIL - 4 - zeros + i, packed))
            return true;
    return false;
}

/* 48 bits, at any bit, and a checksum of 32 bits. */
static bool ends_as_bzip2(const unsigned char *tail)
{
    static const uint64_t END = 0x177245385090, MASK = 0xffffffffffff;
    uint64_t window = 0;

    for (size_t i = 0; i < TAIL; i++)
        for (int bit = 7; bit >= 0; bit--) {
            window = (window << 1 | (tail[i] >> bit & 1)) & MASK;
            if (window == END)
                return true;
        }
    return false;
}

/* The last bytes up to the zeros at the end, and up to 4 of these. */
static bool take_tail(struct archive *archive, unsigned char tail[TAIL], size_t *ret_zeros)
{
    unsigned char block[4096];
    uint64_t end = archive->end;
    int r;

    *ret_zeros = 0;
    for (;;) {
        size_t n = end - archive->at < sizeof(block) ? (size_t)(end - archive->at) : sizeof(block);
        size_t used = n;

        r = fd_read_untold(archive->fd, block, n, end - n);
        if (r < 0)
            return archive_fail_errno(archive, r);
        while (used > 0 && !block[used - 1])
            used--;
        end -= n - used;
        if (used > 0 || end == archive->at)
            break;
    }
    *ret_zeros = archive->end - end < 4 ? (size_t)(archive->end - end) : 4;
    end += *ret_zeros;
    if (end - archive->at < TAIL)
        return archive_fail(archive, "it is cut off");
    r = fd_read_at(archive->fd, tail, TAIL, end - TAIL);
    return r >= 0 || archive_fail_errno(archive, r);
}

/* Another archive behind this one has another end. */
static bool has_another(const struct archive *archive)
{
    static const struct {
        const char *magic;
        size_t length;
    } OTHERS[] = {{"070701", 6},
                  {"070702", 6},
                  {"\x28\xb5\x2f\xfd", 4},
                  {"\x02\x21\x4c\x18", 4},
                  {"\xfd"
                   "7zXZ\0",
                   6},
                  {"BZh91AY&SY", 10},
                  {"\x89LZO\0\r\n", 7}};

    for (size_t i = 0; i < ELEMENTS(OTHERS); i++)
        if (fd_find(archive->fd, OTHERS[i].magic, OTHERS[i].length, archive->at + 1, archive->end,
                    NULL) >= 0)
            return true;
    return false;
}

bool packed_skip_bzip2(struct archive *archive)
{
    unsigned char tail[TAIL];
    size_t zeros;

    if (!take_tail(archive, tail, &zeros))
        return false;
    if (!ends_as_bzip2(tail) && !has_another(archive))
        return archive_fail(archive, "a compressed archive in it is cut off or damaged");
    archive->at = archive->end;
    return true;
}

/* The header as the kernel takes it: the name of a file may follow, nothing else. */
static bool skip_gzip_header(struct archive *archive)
{
    enum { DEFLATE = 8, NAME = 0x08, FLAGS = 0x1f, TEXT = 0x01 };
    unsigned char header[10], byte = 1;

    if (!archive_take(archive, header, sizeof(header)))
        return false;
    if (header[1] != 0x8b || header[2] != DEFLATE || header[3] & FLAGS & ~(NAME | TEXT))
        return archive_fail(archive, DAMAGED);
    while (header[3] & NAME && byte)
        if (!archive_take(archive, &byte, 1))
            return false;
    return true;
}

/* A recording has no more of it than the header with a name and the end. Between them, and behind
 * the end, are zeros. */
static bool is_recording(const struct archive *archive)
{
    enum { MIN_ZEROS = 64 };    /* a stream may begin with some */
    uint64_t tail = UINT64_MAX; /* where it begins */
    unsigned char block[4096];

    for (uint64_t at = archive->at; at < archive->end; at += sizeof(block)) {
        uint64_t left = archive->end - at;
        size_t n = left < sizeof(block) ? (size_t)left : sizeof(block);

        if (fd_read_untold(archive->fd, block, n, at) < 0)
            return false;
        for (size_t i = 0; i < n; i++) {
            if (block[i] && tail == UINT64_MAX)
                tail = at + i;
            if (block[i] && (at + i - tail >= TAIL || tail - archive->at < MIN_ZEROS))
                return false;
        }
    }
    return tail != UINT64_MAX && tail - archive->at >= MIN_ZEROS;
}

/* Reads it through. */
static bool walk_gzip(struct archive *archive)
{
    uint64_t start = archive->at;

    if (!skip_gzip_header(archive))
        return false;
    if (is_recording(archive)) {
        archive->at = archive->end;
        return true;
    }
    archive->at = start;
    return gunzip_skip(archive);
}

/* One with an end like any other is not read. */
bool packed_skip_gzip(struct archive *archive)
{
    unsigned char tail[TAIL];
    size_t zeros;
    uint64_t packed = archive->end - archive->at;

    if (!take_tail(archive, tail, &zeros))
        return false;
    if (!ends_as_gzip(tail, zeros, packed)) {
        if (packed <= MAX_READ)
            return walk_gzip(archive);
        return archive_fail(archive, "a compressed archive in it is too large to be looked at");
    }
    archive->at = archive->end;
    return true;
}

bool packed_skip_lzma(struct archive *archive)
{
    return archive_fail(archive, "nothing in an archive of lzma tells whether it is whole; "
                                 "compress it with zstd or xz");
}
