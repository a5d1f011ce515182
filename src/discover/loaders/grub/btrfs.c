/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/btrfs.h"

#include <errno.h>
#include <stdbool.h>

#include "base/fd.h"
#include "base/util.h"

/* Where the fields are (Documentation/filesystems/btrfs.rst of the kernel leads to the format). */
enum {
    SUPER = 65536,
    SUPER_SIZE = 4096,
    MAGIC = 64,
    ROOT = 80,
    CHUNK_ROOT = 88,
    ROOT_DIRECTORY = 128,
    NODE_SIZE = 148,
    CHUNKS_SIZE = 160,
    CHUNK_GENERATION = 164,
    GENERATION = 72,
    ROOT_LEVEL = 198,
    CHUNK_ROOT_LEVEL = 199,
    DEVICE = 201,
    CHUNKS = 811,
    MAX_CHUNKS = 2048,

    NODE_ADDRESS = 48,
    NODE_GENERATION = 80,
    NODE_ITEMS = 96,
    NODE_LEVEL = 100,
    NODE_HEADER = 101,
    POINTER = 33, /* key, address and generation of a node below */
    ITEM = 25,    /* key, offset behind the header, and size */
    MAX_LEVEL = 8,
    MAX_NODE = 65536,

    KEY = 17,
    CHUNK = 48, /* without its stripes */
    CHUNK_TYPE = 24,
    CHUNK_STRIPES = 44,
    STRIPE = 32,
    CHUNK_OBJECT = 256,
    CHUNK_ITEM = 228,
    /* One copy, or the same on each stripe: DUP, RAID1, RAID1C3, RAID1C4. */
    ONE_DEVICE = 0x7 | 0x20 | 0x10 | 0x200 | 0x400,

    DIRECTORY_ITEM = 84,
    ENTRY_NAME_SIZE = 27,
    ENTRY_NAME = 30,
};

static const uint32_t HASH_OF_DEFAULT = 2378154706; /* of that name, in keys of directories */

struct key {
    uint64_t object;
    unsigned type;
    uint64_t offset;
};

struct volume {
    int fd;
    unsigned char super[SUPER_SIZE];
    uint32_t node_size;
    unsigned char *node; /* the one that was read last */
};

/* An item in the node that was read last. */
struct found {
    struct key key;
    const unsigned char *data;
    size_t size;
};

static struct key key_at(const unsigned char *at)
{
    return (struct key){.object = get_le64(at), .type = at[8], .offset = get_le64(at + 9)};
}

static bool is_after(const struct key *a, const struct key *b)
{
    if (a->object != b->object)
        return a->object > b->object;
    if (a->type != b->type)
        return a->type > b->type;
    return a->offset > b->offset;
}

/* Where an address is on this device, if it is in this chunk: 1, 0, or -EOPNOTSUPP. */
static int map(const struct volume *volume, uint64_t start, const unsigned char *chunk, size_t size,
               uint64_t address, uint64_t *ret_offset)
{
    uint64_t length = get_le64(chunk), device = get_le64(volume->super + DEVICE);
    size_t stripes = get_le16(chunk + CHUNK_STRIPES);

    if (address < start || address - start >= length)
        return 0;
    if (get_le64(chunk + CHUNK_TYPE) & ~(uint64_t)ONE_DEVICE)
        return -EOPNOTSUPP;
    for (size_t i = 0; i < stripes && CHUNK + (i + 1) * STRIPE <= size; i++) {
        const unsigned char *stripe = chunk + CHUNK + i * STRIPE;

        if (get_le64(stripe) != device)
            continue;
        *ret_offset = get_le64(stripe + 8) + (address - start);
        return 1;
    }
    return -EOPNOTSUPP;
}

/* The same in the chunks that the superblock lists: those of the tree of chunks. */
static int map_by_super(const struct volume *volume, uint64_t address, uint64_t *ret_offset)
{
    size_t size = get_le32(volume->super + CHUNKS_SIZE), at = 0;
    int r = 0;

    if (size > MAX_CHUNKS)
        return -EBADMSG;
    while (r == 0 && at + KEY + CHUNK <= size) {
        const unsigned char *entry = volume->super + CHUNKS + at, *chunk = entry + KEY;
        size_t length = CHUNK + (size_t)get_le16(chunk + CHUNK_STRIPES) * STRIPE;

        if (length > size - at - KEY)
            return -EBADMSG;
        r = map(volume, key_at(entry).offset, chunk, length, address, ret_offset);
        at += KEY + length;
    }
    return r;
}

static int read_node(struct volume *volume, uint64_t offset, uint64_t address, unsigned level,
                     uint64_t generation)
{
    int r = fd_read_at(volume->fd, volume->node, volume->node_size, offset);

    if (r < 0)
        return r;
    return get_le64(volume->node + NODE_ADDRESS) == address &&
                   get_le64(volume->node + NODE_GENERATION) == generation &&
                   volume->node[NODE_LEVEL] == level
               ? 0
               : -EBADMSG;
}

/* The index of the last item whose key is not after `wanted`; false if there is none. */
static bool find_in_node(const struct volume *volume, size_t step, const struct key *wanted,
                         size_t *ret_index)
{
    size_t n = get_le32(volume->node + NODE_ITEMS), max = (volume->node_size - NODE_HEADER) / step;

    *ret_index = 0;
    if (n > max) /* damaged */
        return false;
    for (; *ret_index < n; (*ret_index)++) {
        struct key key = key_at(volume->node + NODE_HEADER + *ret_index * step);

        if (is_after(&key, wanted))
            break;
    }
    return (*ret_index)-- > 0;
}

static int find_item(const struct volume *volume, const struct key *wanted, struct found *ret)
{
    const unsigned char *item;
    uint32_t offset, size;
    size_t i;

    if (!find_in_node(volume, ITEM, wanted, &i))
        return -ENOENT;
    item = volume->node + NODE_HEADER + i * ITEM;
    offset = get_le32(item + KEY);
    size = get_le32(item + KEY + 4);
    if (offset > volume->node_size - NODE_HEADER || size > volume->node_size - NODE_HEADER - offset)
        return -EBADMSG;
    *ret = (struct found){key_at(item), volume->node + NODE_HEADER + offset, size};
    return 0;
}

/* The last item of a tree whose key is not after `wanted`. `locate` says where an address is. */
static int search(struct volume *volume, int (*locate)(struct volume *, uint64_t, uint64_t *),
                  uint64_t address, unsigned level, uint64_t generation, const struct key *wanted,
                  struct found *ret)
{
    if (level > MAX_LEVEL)
        return -EBADMSG;
    for (;; level--) {
        const unsigned char *pointer;
        uint64_t offset;
        size_t i;
        int r = locate(volume, address, &offset);

        if (r >= 0)
            r = read_node(volume, offset, address, level, generation);
        if (r < 0)
            return r;
        if (level == 0)
            return find_item(volume, wanted, ret);
        if (!find_in_node(volume, POINTER, wanted, &i))
            return -ENOENT;
        pointer = volume->node + NODE_HEADER + i * POINTER + KEY;
        address = get_le64(pointer);
        generation = get_le64(pointer + 8);
    }
}

static int locate_by_super(struct volume *volume, uint64_t address, uint64_t *ret_offset)
{
    int r = map_by_super(volume, address, ret_offset);

    return r == 0 ? -EBADMSG : r;
}

static int locate(struct volume *volume, uint64_t address, uint64_t *ret_offset)
{
    const struct key wanted = {CHUNK_OBJECT, CHUNK_ITEM, address};
    struct found found;
    int r = map_by_super(volume, address, ret_offset);

    if (r != 0)
        return r;
    r = search(volume, locate_by_super, get_le64(volume->super + CHUNK_ROOT),
               volume->super[CHUNK_ROOT_LEVEL], get_le64(volume->super + CHUNK_GENERATION), &wanted,
               &found);
    if (r < 0)
        return r == -ENOENT ? -EBADMSG : r;
    if (found.key.object != CHUNK_OBJECT || found.key.type != CHUNK_ITEM || found.size < CHUNK)
        return -EBADMSG;
    r = map(volume, found.key.offset, found.data, found.size, address, ret_offset);
    return r == 0 ? -EBADMSG : r;
}

/* The id in the entry called "default"; other names may have the same hash. */
static int id_of_default(const struct found *found, uint64_t *ret_id)
{
    static const char NAME[] = "default";

    for (size_t at = 0; at + ENTRY_NAME <= found->size;) {
        const unsigned char *entry = found->data + at;
        size_t data = get_le16(entry + ENTRY_NAME_SIZE - 2),
               name = get_le16(entry + ENTRY_NAME_SIZE);

        if (at + ENTRY_NAME + name > found->size)
            break;
        if (name == strlen(NAME) && memcmp(entry + ENTRY_NAME, NAME, name) == 0) {
            *ret_id = get_le64(entry);
            return 0;
        }
        at += ENTRY_NAME + name + data;
    }
    return -EBADMSG;
}

static int find_default(struct volume *volume, uint64_t *ret_id)
{
    const struct key wanted = {get_le64(volume->super + ROOT_DIRECTORY), DIRECTORY_ITEM,
                               HASH_OF_DEFAULT};
    struct found found;
    int r = search(volume, locate, get_le64(volume->super + ROOT), volume->super[ROOT_LEVEL],
                   get_le64(volume->super + GENERATION), &wanted, &found);

    if (r < 0)
        return r == -ENOENT ? -EBADMSG : r;
    if (found.key.object != wanted.object || found.key.type != wanted.type ||
        found.key.offset != wanted.offset)
        return -EBADMSG;
    return id_of_default(&found, ret_id);
}

int btrfs_default_subvolume(int fd, uint64_t *ret_id)
{
    struct volume volume = {.fd = fd};
    AUTOFREE unsigned char *node = NULL;
    int r = fd_read_at(fd, volume.super, sizeof(volume.super), SUPER);

    if (r < 0)
        return r == -ENODATA ? -EBADMSG : r;
    volume.node_size = get_le32(volume.super + NODE_SIZE);
    if (memcmp(volume.super + MAGIC, "_BHRfS_M", 8) != 0 || volume.node_size < SUPER_SIZE ||
        volume.node_size > MAX_NODE)
        return -EBADMSG;
    volume.node = node = xcalloc(1, volume.node_size);
    r = find_default(&volume, ret_id);
    return r == -ENODATA ? -EBADMSG : r;
}
