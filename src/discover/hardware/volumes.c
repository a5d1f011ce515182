/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/volumes.h"

#include <errno.h>

#include "base/mounts.h"
#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "discover/hardware/blocks.h"
#include "discover/hardware/fstab.h"

enum {
    MAX_HELPERS = 2, /* below one volume */
};

static const char ROOT[] = "the root file system";

struct volumes {
    struct volume *all;
    size_t n;
};

void volumes_free(struct volume *volumes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(volumes[i].block);
        free(volumes[i].name);
        free(volumes[i].kind);
        free(volumes[i].uuid);
        free(volumes[i].needed);
        free(volumes[i].device);
    }
    free(volumes);
}

/* "CRYPT-LUKS2-0123456789abcdef0123456789abcdef-cryptroot", without "CRYPT-" */
static void take_uuid(struct volume *volume, const char *text)
{
    const char *dash = strchrnul(text, '-'), *uuid = *dash ? dash + 1 : "";

    volume->kind = xstrndup(text, (size_t)(dash - text));
    volume->uuid =
        strspn(uuid, "0123456789abcdefABCDEF") == 32 && (!uuid[32] || uuid[32] == '-')
            ? format("%.8s-%.4s-%.4s-%.4s-%.12s", uuid, uuid + 8, uuid + 12, uuid + 16, uuid + 20)
            : xstrdup("");
}

/* A device that only helps another volume's, as for its checksums: it has no key of its own. */
static bool is_helper(const char *uuid)
{
    return after_prefix(uuid, "CRYPT-INTEGRITY") || after_prefix(uuid, "CRYPT-SUBDEV");
}

/* The device that the volume is on, below its helpers: where its header is. */
static int find_device(int root, const char *block, unsigned helpers, char **ret_device)
{
    AUTOFREE char *slaves = format("sys/class/block/%s/slaves", block), *directory = NULL;
    CLEANUP(names_freep) char **names = NULL;
    AUTOFREE char *uuid = NULL;
    int r = root_names(root, slaves, NULL, SYSFS_NAMES, &names);

    if (r == -ENOENT || (r >= 0 && r != 1))
        return 0;
    if (r < 0)
        return r;
    directory = format("sys/class/block/%s", names[0]);
    r = sysfs_line(root, directory, "dm/uuid", &uuid);
    if (r < 0)
        return r;
    if (r > 0 && is_helper(uuid) && helpers > 0)
        return find_device(root, names[0], helpers - 1, ret_device);
    *ret_device = xstrdup(names[0]);
    for (char *sign = *ret_device; *sign; sign++)
        if (*sign == '!') /* as sysfs writes a slash: "cciss!c0d0p1" */
            *sign = '/';
    return 0;
}

/* Adds the volume that a block device is, if it is one. */
static int look_at(int root, const struct block *block, const char *needed, struct volumes *volumes)
{
    AUTOFREE char *uuid = NULL;
    struct volume *volume;
    int r = sysfs_line(root, block->path, "dm/uuid", &uuid);

    if (r <= 0 || !after_prefix(uuid, "CRYPT-") || is_helper(uuid))
        return r;
    volume = APPEND(volumes->all, volumes->n);
    volume->block = xstrdup(block->name);
    volume->needed = xstrdup(needed);
    volume->root = needed == ROOT;
    take_uuid(volume, uuid + strlen("CRYPT-"));
    r = sysfs_line(root, block->path, "dm/name", &volume->name);
    if (r <= 0)
        volume->name = xstrdup(block->name);
    return r < 0 ? r : find_device(root, block->name, MAX_HELPERS, &volume->device);
}

/* Adds the volumes that were not found before below what is in `blocks`. */
static int add(int root, struct blocks *blocks, const char *needed, struct volumes *volumes)
{
    size_t before = blocks->followed;
    int r = blocks_follow(root, blocks);

    if (r >= 0 && blocks->unknown) {
        r = blocks_add_all(root, blocks);
        if (r >= 0)
            r = blocks_follow(root, blocks);
    }
    for (size_t i = before; r >= 0 && i < blocks->n; i++)
        r = look_at(root, &blocks->all[i], needed, volumes);
    return r < 0 ? r : 0;
}

static int add_root(int root, const struct mount_point *mounts, size_t n, struct blocks *blocks,
                    struct volumes *volumes)
{
    const struct mount_point *top = mounts_at(mounts, n, "/"), *usr = mounts_at(mounts, n, "/usr");
    int r = top ? blocks_add_mount(root, blocks, top) : 0;

    if (!top)
        blocks->unknown = true;
    if (r >= 0 && usr)
        r = blocks_add_mount(root, blocks, usr);
    return r < 0 ? r : add(root, blocks, ROOT, volumes);
}

/* Whether the boot stops without what is mounted there. */
static bool is_needed(const struct fstab *fstab, const struct mount_point *mount)
{
    /* As systemd-gpt-auto-generator(8) names and mounts them. */
    static const char *const FOUND[][2] = {{"/home", "/dev/mapper/home"},
                                           {"/srv", "/dev/mapper/srv"},
                                           {"/var", "/dev/mapper/var"},
                                           {"/var/tmp", "/dev/mapper/tmp"}};
    const struct fstab_line *line = fstab_at(fstab, mount->point);

    if (!after_prefix(mount->source, "/dev/") && !streq(mount->type, "zfs"))
        return false;
    if (line)
        return line->automatic && !line->spare;
    for (size_t i = 0; i < ELEMENTS(FOUND); i++)
        if (streq(mount->point, FOUND[i][0]) && streq(mount->source, FOUND[i][1]))
            return true;
    return false;
}

static int add_others(int root, const struct mount_point *mounts, size_t n, struct blocks *blocks,
                      struct volumes *volumes)
{
    CLEANUP(fstab_clear) struct fstab fstab;
    CLEANUP(map_clear) struct map sources = {0};
    int r = fstab_read(root, &fstab);

    r = r == -ENOENT ? 0 : r;
    for (size_t i = 0; r >= 0 && i < n; i++) {
        if (!is_needed(&fstab, &mounts[i]) || !map_add(&sources, mounts[i].source, NULL))
            continue;
        r = blocks_add_mount(root, blocks, &mounts[i]);
        if (r >= 0)
            r = add(root, blocks, mounts[i].point, volumes);
    }
    return r;
}

int volumes_read(int root, struct volume **ret_volumes, size_t *ret_n)
{
    CLEANUP(blocks_clear) struct blocks blocks = {0};
    struct volumes volumes = {0};
    struct mount_point *mounts;
    size_t n;
    int r = mounts_read(root, MOUNTS_OF_SELF, &mounts, &n);

    if (r >= 0)
        r = add_root(root, mounts, n, &blocks, &volumes);
    if (r >= 0)
        r = add_others(root, mounts, n, &blocks, &volumes);
    if (r >= 0)
        r = blocks_add_all(root, &blocks);
    if (r >= 0)
        r = add(root, &blocks, NULL, &volumes);
    mounts_free(mounts, n);
    *ret_volumes = volumes.all;
    *ret_n = volumes.n;
    return r;
}
