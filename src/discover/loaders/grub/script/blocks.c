/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GRUB 2.14 cannot write to a file on btrfs, and keeps variables in a sector of the file system's
 * header instead, which $env_block names. */

#include "discover/loaders/grub/script/blocks.h"

#include <errno.h>

#include "base/fd.h"
#include "base/root.h"
#include "discover/loaders/grub/script/variables.h"

enum {
    SECTOR = 512,
    MAX_SECTORS = 128,
    MAX_DISKS = 64,
};

/* First sector and number of sectors, without the device. */
static bool parse(const char *name, unsigned long *ret_first, unsigned long *ret_n)
{
    const char *end = *name == '(' ? strchr(name, ')') : NULL, *list = end ? end + 1 : name;
    size_t digits = strspn(list, "0123456789"),
           more = list[digits] == '+' ? strspn(list + digits + 1, "0123456789") : 0;

    if (digits == 0 || digits > 9 || more == 0 || more > 9 || list[digits + 1 + more])
        return false;
    *ret_first = strtoul(list, NULL, 10);
    *ret_n = strtoul(list + digits + 1, NULL, 10);
    return true;
}

bool grub_is_blocks(const char *name)
{
    unsigned long first, n;

    return parse(name, &first, &n);
}

/* Whether the btrfs of this disk has others, too: only GRUB knows on which one it reads. */
static bool has_other_disks(int root, const char *disk)
{
    CLEANUP(names_freep) char **all = NULL;
    int n = root_names(root, "sys/fs/btrfs", NULL, MAX_DISKS, &all);

    for (int i = 0; i < n; i++) {
        AUTOFREE char *devices = format("sys/fs/btrfs/%s/devices", all[i]);
        AUTOFREE char *own = format("%s/%s", devices, disk);
        CLEANUP(names_freep) char **disks = NULL;

        if (root_exists(root, own) == 1)
            return root_names(root, devices, NULL, MAX_DISKS, &disks) != 1;
    }
    return n != -ENOENT;
}

/* The disk of the file system that GRUB's directory is on. */
static char *find_disk(const struct grub_paths *paths, char **ret_problem)
{
    const struct mount_point *mount = mounts_of(paths->mounts, paths->n, paths->directory);
    AUTOFREE char *disk = NULL;

    if (!mount || mount->source[0] != '/' ||
        root_resolve(paths->root, mount->source, &disk, NULL, NULL) < 0 ||
        (streq(mount->type, "btrfs") && has_other_disks(paths->root, basename(disk)))) {
        *ret_problem =
            format("which disk the file system of %s is on is not certain", paths->directory);
        return NULL;
    }
    return steal(&disk);
}

int grub_blocks_read(const struct grub_paths *paths, const char *device, const char *name,
                     char **ret_data, size_t *ret_length, char **ret_problem)
{
    AUTOFREE char *disk = NULL, *data = NULL;
    AUTOCLOSE int fd = -1;
    unsigned long first, n;
    int r;

    if (*name == '(' ? strncmp(name + 1, GRUB_HOME ")", strlen(GRUB_HOME) + 1) != 0
                     : !streq(device, GRUB_HOME)) {
        *ret_problem = xstrdup("blocks of a device that only GRUB knows");
        return -ECANCELED;
    }
    if (!parse(name, &first, &n) || n == 0 || n > MAX_SECTORS) {
        *ret_problem = xstrdup("too many blocks");
        return -ECANCELED;
    }
    disk = find_disk(paths, ret_problem);
    if (!disk)
        return -ECANCELED;
    data = xcalloc(n, SECTOR);
    fd = root_open_device(paths->root, disk);
    r = fd < 0 ? fd : fd_read_at(fd, data, n * SECTOR, (uint64_t)first * SECTOR);
    if (r < 0) {
        *ret_problem = format("/%s: %s", disk, strerror(-r));
        return -ECANCELED;
    }
    *ret_data = steal(&data);
    *ret_length = n * SECTOR;
    return 0;
}
