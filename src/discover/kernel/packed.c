/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/packed.h"

/* Compressed streams, as far as they tell where they end: the formats that the kernel unpacks
 * (lib/decompress.c). */

#include <errno.h>

#include "base/fd.h"
#include "base/util.h"
#include "discover/kernel/packed-end.h"

static uint32_t get_be32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool damaged(struct archive *archive)
{
    return archive_fail(archive, "a compressed archive in it is damaged");
}

/* zstd: a header, and blocks that say how long they are (RFC 8878) */

static bool skip_zstd_header(struct archive *archive, bool *ret_checksum)
{
    static const unsigned char DICTIONARY[] = {0, 1, 2, 4}, CONTENT[] = {0, 2, 4, 8};
    unsigned char bytes[5]; /* magic and descriptor */
    bool single;

    if (!archive_take(archive, bytes, sizeof(bytes)))
        return false;
    if (get_le32(bytes) != 0xfd2fb528U || bytes[4] & 0x08)
        return damaged(archive);
    single = bytes[4] & 0x20;
    *ret_checksum = bytes[4] & 0x04;
    return archive_skip(archive, (single ? 0U : 1U) + DICTIONARY[bytes[4] & 3] +
                                     (bytes[4] >> 6 == 0 && single ? 1U : CONTENT[bytes[4] >> 6]));
}

static bool skip_zstd(struct archive *archive)
{
    enum { RLE = 1, RESERVED = 3 };
    unsigned char header[3];
    uint32_t block = 0;
    bool checksum = false;

    if (!skip_zstd_header(archive, &checksum))
        return false;
    while (!(block & 1)) {
        uint32_t type;

        if (!archive_take(archive, header, sizeof(header)))
            return false;
        block = header[0] | (uint32_t)header[1] << 8 | (uint32_t)header[2] << 16;
        type = block >> 1 & 3;
        if (type == RESERVED)
            return damaged(archive);
        if (!archive_skip(archive, type == RLE ? 1 : block >> 3))
            return false;
    }
    return archive_skip(archive, checksum ? 4 : 0);
}

/* LZ4 as `lz4 -l` writes it: chunks with their lengths, up to the end or zeros */

static bool skip_lz4(struct archive *archive)
{
    enum { MAGIC = 0x184c2102, CHUNK = 8 * 1024 * 1024, MAX_CHUNK = CHUNK + CHUNK / 255 + 16 };
    unsigned char bytes[4];

    if (!archive_take(archive, bytes, sizeof(bytes)))
        return false;
    if (get_le32(bytes) != MAGIC)
        return damaged(archive);
    while (archive->end - archive->at >= sizeof(bytes)) {
        uint32_t size;

        if (!archive_take(archive, bytes, sizeof(bytes)))
            return false;
        size = get_le32(bytes);
        if (size == 0)
            break;
        if (size == MAGIC)
            continue;
        if (size > MAX_CHUNK)
            return damaged(archive);
        if (!archive_skip(archive, size))
            return false;
    }
    return true;
}

/* lzop: a header, and blocks with both lengths and a checksum, up to one of length 0 */

static bool skip_lzop_header(struct archive *archive)
{
    static const char MAGIC[] = "\x89LZO\0\r\n\x1a\n";
    enum { WITH_LEVEL = 0x0940, HAS_FILTER = 0x800 };
    unsigned char bytes[sizeof(MAGIC) - 1 + 7], flags[4], length;
    bool level;

    if (!archive_take(archive, bytes, sizeof(bytes)))
        return false;
    if (memcmp(bytes, MAGIC, sizeof(MAGIC) - 1) != 0)
        return damaged(archive);
    level = (bytes[9] << 8 | bytes[10]) >= WITH_LEVEL;
    if (!archive_skip(archive, level ? 1 : 0) || !archive_take(archive, flags, sizeof(flags)) ||
        !archive_skip(archive, get_be32(flags) & HAS_FILTER ? 4 : 0) ||
        !archive_skip(archive, level ? 12 : 8) || !archive_take(archive, &length, 1))
        return false;
    return archive_skip(archive, length + 4U);
}

static bool skip_lzop(struct archive *archive)
{
    enum { MAX_BLOCK = 256 * 1024 };
    unsigned char bytes[4];
    uint32_t unpacked, packed;

    if (!skip_lzop_header(archive))
        return false;
    for (;;) {
        if (!archive_take(archive, bytes, sizeof(bytes)))
            return false;
        unpacked = get_be32(bytes);
        if (unpacked == 0)
            return true;
        if (!archive_take(archive, bytes, sizeof(bytes)))
            return false;
        packed = get_be32(bytes);
        if (unpacked > MAX_BLOCK || packed == 0 || packed > unpacked)
            return damaged(archive);
        if (!archive_skip(archive, 4) || !archive_skip(archive, packed)) /* the checksum first */
            return false;
    }
}

/* xz: blocks of LZMA2, which is made of chunks with their lengths; then an index and a footer */

static bool skip_lzma2(struct archive *archive)
{
    enum { END = 0, STORED = 3, PACKED = 0x80, PROPERTIES = 0xc0 };
    unsigned char control = 1, sizes[4];

    while (archive_take(archive, &control, 1) && control != END) {
        bool packed = control >= PACKED;
        uint64_t size;

        if (!packed && control >= STORED)
            return damaged(archive);
        if (!archive_take(archive, sizes, packed ? 4 : 2))
            return false;
        size = ((uint32_t)sizes[packed ? 2 : 0] << 8 | sizes[packed ? 3 : 1]) + 1U;
        if (!archive_skip(archive, size + (control >= PROPERTIES ? 1 : 0)))
            return false;
    }
    return control == END;
}

static bool skip_xz_number(struct archive *archive, uint64_t *ret_number)
{
    unsigned char byte = 0x80;

    *ret_number = 0;
    for (unsigned i = 0; byte & 0x80; i++) {
        if (i == 9)
            return damaged(archive);
        if (!archive_take(archive, &byte, 1))
            return false;
        *ret_number |= (uint64_t)(byte & 0x7f) << (7 * i);
    }
    return true;
}

/* Its first byte, a zero, was taken. */
static bool skip_xz_index(struct archive *archive, uint64_t start, uint64_t blocks)
{
    unsigned char footer[12];
    uint64_t n, unused;

    if (!skip_xz_number(archive, &n))
        return false;
    if (n != blocks)
        return damaged(archive);
    for (uint64_t i = 0; i < 2 * n; i++)
        if (!skip_xz_number(archive, &unused))
            return false;
    archive_align(archive, start);
    if (!archive_skip(archive, 4) || !archive_take(archive, footer, sizeof(footer)))
        return false;
    return memcmp(footer + 10, "YZ", 2) == 0 || damaged(archive);
}

static bool skip_xz(struct archive *archive)
{
    static const unsigned char CHECK[] = {0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64};
    unsigned char header[12], size;
    uint64_t start = archive->at;

    if (!archive_take(archive, header, sizeof(header)))
        return false;
    if (memcmp(header,
               "\xfd"
               "7zXZ\0",
               7) != 0 ||
        header[7] > 15)
        return damaged(archive);
    for (uint64_t blocks = 0;; blocks++) {
        if (!archive_take(archive, &size, 1))
            return false;
        if (size == 0)
            return skip_xz_index(archive, start, blocks);
        if (!archive_skip(archive, (size + 1U) * 4 - 1) || !skip_lzma2(archive))
            return false;
        archive_align(archive, start);
        if (!archive_skip(archive, CHECK[header[7]]))
            return false;
    }
}

bool packed_skip(struct archive *archive)
{
    static const struct {
        unsigned char magic[2];
        bool (*skip)(struct archive *archive);
    } FORMATS[] = {
        {{0x28, 0xb5}, skip_zstd},        {{0x1f, 0x8b}, packed_skip_gzip},
        {{0x1f, 0x9e}, packed_skip_gzip}, {{0xfd, 0x37}, skip_xz},
        {{0x02, 0x21}, skip_lz4},         {{0x42, 0x5a}, packed_skip_bzip2},
        {{0x5d, 0x00}, packed_skip_lzma}, {{0x89, 0x4c}, skip_lzop},
    };
    unsigned char magic[2];

    if (archive->end - archive->at < sizeof(magic) || !archive_take(archive, magic, sizeof(magic)))
        return false;
    archive->at -= sizeof(magic);
    for (size_t i = 0; i < ELEMENTS(FORMATS); i++)
        if (memcmp(magic, FORMATS[i].magic, sizeof(magic)) == 0)
            return FORMATS[i].skip(archive);
    return false;
}
