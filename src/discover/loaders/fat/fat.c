/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/fat/follow.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/util.h"

/* Offsets in the boot sector. */
enum {
    SECTOR_SIZE = 0x0b,
    SECTORS_PER_CLUSTER = 0x0d,
    RESERVED_SECTORS = 0x0e,
    TABLES = 0x10,
    SECTORS_16 = 0x13,
    TABLE_SECTORS_16 = 0x16,
    SECTORS_32 = 0x20,
    TABLE_SECTORS_32 = 0x24,
    FLAGS = 0x28,
    LAYOUT = 0x2a,
    ROOT = 0x2c,
    STATE = 0x41,
    HEAD = 0x42, /* what identifies the file system comes behind it */
    SIGNATURE = 0x1fe,
    NOT_MIRRORED = 0x80,
    DIRTY = 1,
    MAX_CLUSTERS = 4 * 1024 * 1024, /* the table is read whole */
    BLOCK = 4096,
};

static bool is_power_of_two(uint32_t n)
{
    return n > 0 && (n & (n - 1)) == 0;
}

/* Where things are; false if that is not FAT32. */
static bool read_layout(const unsigned char *head, struct fat *fat, uint64_t *ret_table)
{
    uint32_t sector = get_le16(head + SECTOR_SIZE), per_cluster = head[SECTORS_PER_CLUSTER];
    uint64_t reserved = get_le16(head + RESERVED_SECTORS),
             table = get_le32(head + TABLE_SECTORS_32);
    uint64_t sectors = get_le16(head + SECTORS_16), data;

    sectors = sectors ? sectors : get_le32(head + SECTORS_32);
    data = reserved + head[TABLES] * table;
    if (!is_power_of_two(sector) || sector < 512 || sector > 4096 ||
        !is_power_of_two(per_cluster) || reserved == 0 || head[TABLES] == 0 || head[TABLES] > 2 ||
        table == 0 || get_le16(head + TABLE_SECTORS_16) || get_le16(head + LAYOUT) ||
        data >= sectors || get_le16(head + FLAGS) & NOT_MIRRORED)
        return false;
    fat->cluster = sector * per_cluster;
    fat->data = data * sector;
    fat->root = get_le32(head + ROOT);
    if ((sectors - data) / per_cluster > MAX_CLUSTERS)
        return false;
    fat->n = (uint32_t)((sectors - data) / per_cluster);
    *ret_table = reserved * sector;
    return table * sector / 4 >= fat->n + 2U;
}

int fat_open(int fd, struct fat *ret_fat)
{
    unsigned char head[HEAD], signature[2];
    uint64_t table;
    int r = fd_read_at(fd, head, sizeof(head), 0);

    *ret_fat = (struct fat){.fd = fd};
    if (r >= 0)
        r = fd_read_at(fd, signature, sizeof(signature), SIGNATURE);
    if (r < 0)
        return r == -ENODATA ? -EBADMSG : r;
    if (memcmp(signature, "\x55\xaa", 2) != 0 || !read_layout(head, ret_fat, &table))
        return -EBADMSG;
    if (head[STATE] & DIRTY)
        return -EBUSY;
    ret_fat->next = xcalloc(ret_fat->n + 2U, 4);
    r = fd_read_at(fd, ret_fat->next, (ret_fat->n + 2U) * 4, table);
    if (r < 0)
        fat_clear(ret_fat);
    return r == -ENODATA ? -EBADMSG : r;
}

void fat_clear(struct fat *fat)
{
    free(fat->next);
    *fat = (struct fat){.fd = -1};
}

/* Where a cluster is; false if it does not exist. */
static bool cluster_at(const struct fat *fat, uint32_t number, uint64_t *ret_offset)
{
    if (number < 2 || number - 2 >= fat->n)
        return false;
    *ret_offset = fat->data + (uint64_t)(number - 2) * fat->cluster;
    return true;
}

bool fat_follow(const struct fat *fat, uint32_t *number, uint64_t *ret_offset)
{
    if (!cluster_at(fat, *number, ret_offset))
        return false;
    *number = get_le32(fat->next + *number * 4) & 0x0fffffff;
    return true;
}

int fat_read(const struct fat *fat, const struct fat_file *file, size_t max, char **ret_text)
{
    AUTOFREE char *text = NULL;
    uint32_t number = file->start, left = file->size;
    uint64_t offset;

    if (file->size > max)
        return -EFBIG;
    text = xcalloc(1, (size_t)file->size + 1);
    while (left > 0) {
        uint32_t n = left < fat->cluster ? left : fat->cluster;
        int r = fat_follow(fat, &number, &offset)
                    ? fd_read_at(fat->fd, text + (file->size - left), n, offset)
                    : -EBADMSG;

        if (r < 0)
            return r == -ENODATA ? -EBADMSG : r;
        left -= n;
    }
    *ret_text = steal(&text);
    return 0;
}

static bool is_zero(const unsigned char *bytes, size_t n)
{
    return n == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0);
}

/* One cluster of the file against the same part of the other. */
static int compare(const struct fat *fat, uint64_t at, uint32_t n, int other, uint64_t at_other,
                   bool holes)
{
    AUTOFREE unsigned char *a = xcalloc(2, fat->cluster);
    unsigned char *b = a + fat->cluster;
    int r = fd_read_untold(fat->fd, a, n, at);

    if (r >= 0)
        r = fd_read_untold(other, b, n, at_other);
    if (r < 0)
        return r;
    for (uint32_t i = 0; i < n; i += BLOCK) {
        uint32_t size = n - i < BLOCK ? n - i : BLOCK;

        if (memcmp(a + i, b + i, size) != 0 && !(holes && is_zero(a + i, size)))
            return 0;
    }
    return 1;
}

int fat_is_same(const struct fat *fat, const struct fat_file *file, int other, bool holes)
{
    uint32_t number = file->start, left = file->size;
    struct stat st;
    int r = 1;

    if (fstat(other, &st) < 0)
        return -errno;
    if (st.st_size != (off_t)file->size)
        return 0;
    while (r > 0 && left > 0) {
        uint32_t n = left < fat->cluster ? left : fat->cluster;
        uint64_t offset;

        r = fat_follow(fat, &number, &offset)
                ? compare(fat, offset, n, other, file->size - left, holes)
                : -EBADMSG;
        left -= n;
    }
    return r == -ENODATA ? -EBADMSG : r;
}
