/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "discover/crypt/luks1.h"

/* LUKS1 has no place for tokens. clevis uses luksmeta to store them in the gap between the last key
 * slot and the data. */

#include <endian.h>
#include <errno.h>

#include "base/fd.h"
#include "base/util.h"

enum {
    SLOTS = 8,
    SECTOR = 512,
    ALIGNMENT = 4096,
    MAX_DATA_OFFSET = 64 * 1024 * 1024,
    MAX_JWE = 64 * 1024,
};

struct luks1_header {
    char magic[6];
    uint16_t version;
    char names[96];       /* of cipher, mode, hash */
    uint32_t data_offset; /* in sectors */
    uint32_t key_bytes;
    char digest[20 + 32 + 4];
    char uuid[40];
    struct {
        uint32_t active, iterations;
        char salt[32];
        uint32_t offset; /* in sectors */
        uint32_t stripes;
    } slots[SLOTS];
};

_Static_assert(sizeof(struct luks1_header) == 592, "the header of LUKS1 has 592 bytes");

struct luksmeta {
    char magic[8];
    uint32_t version;
    uint32_t checksum;
    struct {
        unsigned char uuid[16];
        uint32_t offset; /* relative to the start of luksmeta, in bytes */
        uint32_t length;
        uint32_t checksum;
        uint32_t reserved;
    } slots[SLOTS];
};

static int damaged(const char **ret_problem, const char *problem)
{
    *ret_problem = problem;
    return -EBADMSG;
}

/* Where the gap starts, or 0 if there is none. */
static uint64_t gap_of(const struct luks1_header *header)
{
    uint64_t end = 0, data = (uint64_t)be32toh(header->data_offset) * SECTOR;

    for (size_t i = 0; i < SLOTS; i++) {
        uint64_t length = (uint64_t)be32toh(header->key_bytes) * be32toh(header->slots[i].stripes);
        uint64_t start = (uint64_t)be32toh(header->slots[i].offset) * SECTOR;

        if (length > MAX_DATA_OFFSET)
            return 0;
        length = (length + SECTOR - 1) / SECTOR * SECTOR;
        if (start + length > end)
            end = start + length;
    }
    end = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return data <= MAX_DATA_OFFSET && end + sizeof(struct luksmeta) <= data ? end : 0;
}

static int read_slot(int fd, uint64_t gap, const struct luksmeta *meta, size_t i,
                     struct luks_keys *keys)
{
    static const unsigned char CLEVIS[16] = {0xcb, 0x6e, 0x89, 0x04, 0x81, 0xff, 0x40, 0xda,
                                             0xa8, 0x4a, 0x07, 0xab, 0x9a, 0xb5, 0x71, 0x5e};
    static const unsigned char NOTHING[16];
    size_t length = be32toh(meta->slots[i].length);
    AUTOFREE char *jwe = NULL, *name = format("luksmeta slot %zu", i);
    int r;

    if (memcmp(meta->slots[i].uuid, NOTHING, sizeof(NOTHING)) == 0)
        return 0;
    /* A text that cannot be read, or is not from clevis, is judged as empty: it may belong to a
     * TPM. */
    if (length > MAX_JWE || memcmp(meta->slots[i].uuid, CLEVIS, sizeof(CLEVIS)) != 0)
        length = 0;
    jwe = xcalloc(length + 1, 1);
    r = fd_read_at(fd, jwe, length, gap + be32toh(meta->slots[i].offset));
    if (r < 0 && r != -ENODATA)
        return r;
    luks_keys_add(keys, luks_key_of_clevis(name, jwe, r < 0 ? 0 : length));
    return 0;
}

int luks1_keys_read(int fd, struct luks_keys *keys, const char **ret_problem)
{
    struct luks1_header header;
    struct luksmeta meta;
    uint64_t gap;
    int r = fd_read_at(fd, &header, sizeof(header), 0);

    if (r >= 0 && !memchr(header.uuid, 0, sizeof(header.uuid)))
        r = -ENODATA;
    if (r < 0)
        return r == -ENODATA ? damaged(ret_problem, "the LUKS1 header is damaged") : r;
    keys->uuid = xstrdup(header.uuid);
    keys->luks1 = true;
    gap = gap_of(&header);
    if (!gap)
        return 0;
    r = fd_read_at(fd, &meta, sizeof(meta), gap);
    if (r < 0)
        return r == -ENODATA ? damaged(ret_problem, "the LUKS1 header is cut off") : r;
    if (memcmp(meta.magic, "LUKSMETA", sizeof(meta.magic)) != 0)
        return 0;
    for (size_t i = 0; r >= 0 && i < SLOTS; i++)
        r = read_slot(fd, gap, &meta, i, keys);
    return r;
}
