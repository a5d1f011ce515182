/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/blocks.h"

#include <errno.h>

#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"

enum {
    MAX_BLOCKS = 32768,
};

#define BLOCK_DIR "sys/class/block"

void blocks_clear(struct blocks *blocks)
{
    for (size_t i = 0; i < blocks->n; i++) {
        free(blocks->all[i].name);
        free(blocks->all[i].path);
    }
    free(blocks->all);
    map_clear(&blocks->paths);
    *blocks = (struct blocks){0};
}

static int add(struct blocks *blocks, const char *path)
{
    struct block *block;

    blocks->links++;
    if (!map_add(&blocks->paths, path, NULL))
        return 0;
    if (blocks->n == MAX_BLOCKS)
        return -E2BIG;
    block = APPEND(blocks->all, blocks->n);
    block->path = xstrdup(path);
    block->name = xstrdup(basename(path));
    return 0;
}

/* One of the links to block devices in a directory. A recorded machine may have the name alone. */
static int add_link(int root, const char *path, void *data)
{
    AUTOFREE char *real = NULL;
    int r = sysfs_resolve(root, BLOCK_DIR, basename(path), &real);

    if (r == 0)
        r = root_resolve(root, path, &real, NULL, NULL);
    if (r < 0)
        return r == -ENOENT || r == -ENOTDIR ? 0 : r;
    return add(data, real);
}

int blocks_add_all(int root, struct blocks *blocks)
{
    return sysfs_walk(root, BLOCK_DIR, add_link, blocks);
}

/* By the file system's number; or, where that is not a device's, as with btrfs, by its source:
 * a node in /dev or a link to one. 1, 0 or a negative errno. */
static int find_mount(int root, const struct mount_point *mount, char **ret_path)
{
    AUTOFREE char *node = NULL;
    int r = sysfs_resolve(root, "sys/dev/block", mount->device, ret_path);

    if (r != 0 || !after_prefix(mount->source, "/dev/"))
        return r;
    r = root_resolve(root, mount->source, &node, NULL, NULL);
    if (r < 0 && r != -ENOENT && r != -ENOTDIR)
        return r;
    return sysfs_resolve(root, BLOCK_DIR, basename(node ? node : mount->source), ret_path);
}

struct btrfs {
    struct blocks *blocks;
    const char *member;
};

/* All devices of a btrfs that `member` is one of. */
static int add_btrfs(int root, const char *path, void *data)
{
    const struct btrfs *btrfs = data;
    AUTOFREE char *devices = format("%s/devices", path);
    int r = sysfs_has(root, devices, btrfs->member);

    return r > 0 ? sysfs_walk(root, devices, add_link, btrfs->blocks) : r;
}

int blocks_add_mount(int root, struct blocks *blocks, const struct mount_point *mount)
{
    AUTOFREE char *path = NULL;
    int r = find_mount(root, mount, &path);

    if (r == 0)
        blocks->unknown = true;
    if (r > 0)
        r = add(blocks, path);
    if (r < 0 || !path || !streq(mount->type, "btrfs"))
        return r;
    return sysfs_walk(root, "sys/fs/btrfs", add_btrfs,
                      &(struct btrfs){.blocks = blocks, .member = basename(path)});
}

/* A partition's disk, or the slaves. */
static int look_below(int root, struct blocks *blocks, size_t i)
{
    AUTOFREE char *path = xstrdup(blocks->all[i].path), *slaves = format("%s/slaves", path);
    char *slash = strrchr(path, '/');
    size_t before = blocks->links;
    int r = slash ? sysfs_has(root, path, "partition") : 0;

    if (r > 0) {
        *slash = 0;
        return add(blocks, path);
    }
    if (r == 0)
        r = sysfs_walk(root, slaves, add_link, blocks);
    if (r == 0)
        r = sysfs_has(root, path, "loop");
    if (r > 0) /* on a file, and where that is is not looked for */
        blocks->unknown = true;
    blocks->all[i].disk = blocks->links == before;
    return r < 0 ? r : 0;
}

int blocks_follow(int root, struct blocks *blocks)
{
    int r = 0;

    while (r == 0 && blocks->followed < blocks->n)
        r = look_below(root, blocks, blocks->followed++);
    return r;
}
