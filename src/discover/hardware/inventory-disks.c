/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Disks, and the file systems that fstab has on them. */

#include <errno.h>
#include <limits.h>

#include "base/mounts.h"
#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "discover/hardware/fstab.h"
#include "discover/hardware/inventory.h"

enum {
    SECTOR = 512, /* of `size` in sysfs, whatever the disk's own is */
};

static const long MOST_SECTORS = LONG_MAX / SECTOR; /* JSON has no larger number of bytes */

#define DISKS "sys/block"

static bool has_prefix(const char *name, const char *const *prefixes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (after_prefix(name, prefixes[i]))
            return true;
    return false;
}

/* Disks */

/* What has hardware behind it, or is an array. Left out are those made by software, which may have
 * such a link too, and paths to another one: of an NVMe disk with several controllers. */
static bool is_disk(int root, const char *path)
{
    static const char *const OTHERS[] = {"sr", "fd", "rbd", "nbd", "mtdblock", "loop", "ram"};
    const char *name = basename(path);
    long hidden = 0;

    if (has_prefix(name, OTHERS, ELEMENTS(OTHERS)))
        return false;
    (void)sysfs_number(root, path, "hidden", &hidden);
    return !hidden && (after_prefix(name, "md") || sysfs_has(root, path, "device") > 0);
}

/* Whether a link of /sys leads to a device that comes and goes: one on USB, or on a network. */
static bool is_loose(const char *target)
{
    static const char *const WAYS[] = {"/usb", "/session", "/rport-", "/nvme-fabrics/"};

    for (size_t i = 0; target && i < ELEMENTS(WAYS); i++)
        if (strstr(target, WAYS[i]))
            return true;
    return false;
}

/* A controller of an NVMe disk that may have several: 1 if it is in the machine. */
static int is_local_controller(int root, const char *path, void *data)
{
    AUTOFREE char *target = NULL;

    (void)data;
    return root_readlink(root, path, &target) >= 0 && after_prefix(basename(path), "nvme") &&
           !is_loose(target);
}

/* Whether the disk comes and goes. What an NVMe disk with several controllers is reached over
 * stands beside it in /sys, not above it. */
static bool is_spare(int root, const char *name)
{
    AUTOFREE char *target = NULL, *real = NULL;

    (void)sysfs_link(root, DISKS, name, &target);
    if (!target || !strstr(target, "/nvme-subsystem/"))
        return is_loose(target);
    if (sysfs_resolve(root, DISKS, name, &real) <= 0 || !strchr(real, '/'))
        return false;
    *strrchr(real, '/') = 0;
    return sysfs_walk(root, real, is_local_controller, NULL) == 0;
}

/* What the disk says of itself. It stays the same wherever it is plugged in. */
static char *read_id(int root, const char *path)
{
    static const char *const FILES[] = {"wwid",          "device/wwid", "serial",
                                        "device/serial", "device/cid",  "md/uuid"};
    char *id = NULL;

    for (size_t i = 0; i < ELEMENTS(FILES) && (!id || !*id); i++) {
        free(id);
        (void)sysfs_line(root, path, FILES[i], &id);
    }
    return id;
}

/* Given for a partition. */
static int is_partition(int root, const char *path, void *data)
{
    (void)data;
    return sysfs_has(root, path, "partition") > 0;
}

static int is_holder(int root, const char *path, void *data)
{
    (void)root, (void)path, (void)data;
    return 1;
}

/* Whether somebody has set the disk up: it has partitions, or something is built on it. */
static bool is_set_up(int root, const char *path)
{
    AUTOFREE char *real = NULL, *holders = format("%s/holders", path);

    if (sysfs_walk(root, holders, is_holder, NULL) > 0)
        return true;
    return sysfs_resolve(root, DISKS, basename(path), &real) > 0 &&
           sysfs_walk(root, real, is_partition, NULL) > 0;
}

static int look_at_disk(int root, const char *path, void *data)
{
    long sectors = 0, removable = 0;
    struct item *item;

    if (!is_disk(root, path))
        return 0;
    (void)sysfs_number(root, path, "size", &sectors);
    if (sectors <= 0) /* a card reader with no card in it */
        return 0;
    item = items_add(data, MAX_DISKS);
    if (!item)
        return -E2BIG;
    (void)sysfs_number(root, path, "removable", &removable);
    (void)sysfs_line(root, path, "device/model", &item->model);
    item->size = (uint64_t)(sectors < MOST_SECTORS ? sectors : MOST_SECTORS) * SECTOR;
    item->place = xstrdup(basename(path));
    item->id = read_id(root, path);
    item->spare = removable || is_spare(root, basename(path));
    item->used = is_set_up(root, path);
    return 0;
}

/* By the kernel's names. */
static void map_disks(const struct items *items, struct map *disks)
{
    for (size_t i = 0; i < items->n; i++)
        (void)map_add(disks, items->all[i].place, &items->all[i]);
}

/* The first of the links that udev makes to a disk names it: "ata-", "md-", "nvme-", "scsi-". */
static int take_name(int root, const char *path, void *data)
{
    static const char *const OTHERS[] = {"wwn-", "lvm-", "dm-"};
    AUTOFREE char *target = NULL;
    struct map *disks = data;
    struct item *item;

    if (has_prefix(basename(path), OTHERS, ELEMENTS(OTHERS)) ||
        root_readlink(root, path, &target) < 0)
        return 0;
    item = (struct item *)map_get(disks, basename(target));
    if (item && !item->name)
        item->name = xstrdup(basename(path));
    return 0;
}

void inventory_read_disks(int root, struct items *items)
{
    CLEANUP(map_clear) struct map disks = {0};

    items->known =
        root_exists(root, DISKS) > 0 && sysfs_walk(root, DISKS, look_at_disk, items) == 0;
    map_disks(items, &disks);
    (void)sysfs_walk(root, "dev/disk/by-id", take_name, &disks);
}

/* File systems */

static bool is_on_disk(const struct mount_point *mount)
{
    static const char *const OTHERS[] = {"loop", "ram", "zram", "sr", "fuse", "nbd", "rbd"};
    const char *name = after_prefix(mount->source, "/dev/");

    return name ? !has_prefix(name, OTHERS, ELEMENTS(OTHERS)) : streq(mount->type, "zfs");
}

/* The disk that a file system is on without a partition. */
static void note_use(const struct map *disks, const char *target)
{
    struct item *disk = target ? (struct item *)map_get(disks, basename(target)) : NULL;

    if (disk)
        disk->used = true;
}

static int add_mount(int root, const struct mount_point *mount, const struct fstab_line *line,
                     struct items *items, const struct map *disks)
{
    AUTOFREE char *target = NULL;
    struct item *item = items_add(items, MAX_MOUNTS);

    if (!item)
        return -E2BIG;
    (void)sysfs_link(root, "sys/dev/block", mount->device, &target);
    item->id = xstrdup(mount->point);
    item->name = xstrdup(line ? line->source : mount->source);
    item->spare = (line && line->spare) || is_loose(target);
    note_use(disks, target);
    return 0;
}

/* What fstab has mounted at each boot, and the root file system. */
static int add_mounts(int root, const struct mount_point *mounts, size_t n, struct items *items,
                      const struct map *disks)
{
    CLEANUP(map_clear) struct map seen = {0};
    CLEANUP(fstab_clear) struct fstab fstab;
    int r = 0;

    (void)fstab_read(root, &fstab);
    for (size_t i = 0; r >= 0 && i < n; i++) {
        const struct fstab_line *line = fstab_at(&fstab, mounts[i].point);

        line = line && line->automatic ? line : NULL;

        if ((line || streq(mounts[i].point, "/")) && is_on_disk(&mounts[i]) &&
            map_add(&seen, mounts[i].point, NULL))
            r = add_mount(root, &mounts[i], line, items, disks);
    }
    return r;
}

void inventory_read_mounts(int root, struct items *items, struct items *disks)
{
    CLEANUP(map_clear) struct map names = {0};
    struct mount_point *mounts;
    size_t n;
    int r = mounts_read(root, MOUNTS_OF_PID_1, &mounts, &n);

    /* With hidepid= in the options of /proc only the own process is seen. */
    if (r >= 0 && n == 0) {
        mounts_free(mounts, n);
        r = mounts_read(root, MOUNTS_OF_SELF, &mounts, &n);
    }
    map_disks(disks, &names);
    items->known = r >= 0 && n > 0 && add_mounts(root, mounts, n, items, &names) == 0;
    mounts_free(mounts, n);
}
