/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/spare-disks.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mounts.h"
#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "discover/hardware/blocks.h"
#include "discover/hardware/detachable.h"

enum {
    MAX_SWAPS = 64 * 1024,
};

#define BLOCK_DIR "sys/class/block"

/* What is needed until the end, or after it. */

static int add_mounts(int root, const struct mount_point *mounts, size_t n, struct blocks *blocks)
{
    static const char *const POINTS[] = {"/", "/usr", "/var", "/boot", "/boot/efi", "/efi"};
    int r = 0;

    for (size_t i = 0; r >= 0 && i < ELEMENTS(POINTS); i++) {
        const struct mount_point *mount = mounts_at(mounts, n, POINTS[i]);

        if (mount && !streq(mount->type, "autofs"))
            r = blocks_add_mount(root, blocks, mount);
        else if (i == 0)
            blocks->unknown = true;
    }
    return r;
}

/* A device, or a file on a file system. */
static int add_swap(int root, const char *path, const struct mount_point *mounts, size_t n,
                    struct blocks *blocks)
{
    const struct mount_point device = {
        .device = (char *)"none", .source = (char *)path, .type = (char *)"swap"};
    const struct mount_point *mount =
        after_prefix(path, "/dev/") ? &device : mounts_of(mounts, n, path);

    if (mount)
        return blocks_add_mount(root, blocks, mount);
    blocks->unknown = true;
    return 0;
}

/* Lines "/dev/dm-1 partition 1000 0 -2" below a heading. */
static int add_swaps(int root, const struct mount_point *mounts, size_t n, struct blocks *blocks)
{
    AUTOFREE char *text = NULL;
    char *rest = NULL;
    int r = root_read(root, "proc/swaps", MAX_SWAPS, &text, NULL);

    for (char *line = r < 0 ? NULL : strtok_r(text, "\n", &rest); r >= 0 && line;
         line = strtok_r(NULL, "\n", &rest)) {
        AUTOFREE char *path = NULL;

        line[strcspn(line, " \t")] = 0;
        path = mounts_unescape(line);
        if (*path == '/')
            r = add_swap(root, path, mounts, n, blocks);
    }
    return r == -ENOENT ? 0 : r;
}

static bool is_below(const char *path, const char *device)
{
    const char *behind = after_prefix(path, device);

    return behind && *behind == '/';
}

/* An NVMe disk that says it may have several controllers is below none of them, but below a
 * subsystem that has links to them: even where there is one. Its directory, or NULL. */
static char *subsystem_of(const char *block)
{
    static const char SUBSYSTEMS[] = "sys/devices/virtual/nvme-subsystem/";
    const char *name = after_prefix(block, SUBSYSTEMS);

    return name ? xstrndup(block, sizeof(SUBSYSTEMS) - 1 + strcspn(name, "/")) : NULL;
}

/* Whether the block device at `block` is one of the device's: 1, 0, or a negative errno; -ENODEV
 * where that is not known. All paths are those of /sys. */
static int is_of(int root, const char *block, const char *device)
{
    AUTOFREE char *subsystem = subsystem_of(block);
    CLEANUP(names_freep) char **names = NULL;
    bool linked = false;
    int r;

    if (!subsystem)
        return is_below(block, device);
    r = root_names(root, subsystem, NULL, SYSFS_NAMES, &names);
    for (size_t i = 0; r >= 0 && names[i]; i++) {
        AUTOFREE char *controller = NULL;

        if (!after_prefix(names[i], "nvme") ||
            sysfs_resolve(root, subsystem, names[i], &controller) <= 0)
            continue;
        if (is_below(controller, device))
            return 1;
        linked = linked || !is_below(controller, subsystem);
    }
    return r < 0 ? r : linked ? 0 : -ENODEV;
}

/* Whether the device at `path` has one of the blocks: 1, 0 or a negative errno. */
static int has_block(int root, const struct blocks *blocks, const char *path)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < blocks->n; i++)
        r = is_of(root, blocks->all[i].path, path);
    return r;
}

static int read_needed(int root, struct blocks *blocks)
{
    struct mount_point *mounts;
    size_t n;
    int r = mounts_read(root, MOUNTS_OF_SELF, &mounts, &n);

    if (r >= 0)
        r = add_mounts(root, mounts, n, blocks);
    if (r >= 0)
        r = add_swaps(root, mounts, n, blocks);
    mounts_free(mounts, n);
    if (r >= 0)
        r = blocks_follow(root, blocks);
    return r < 0 ? r : 0;
}

int spare_disks_add(int root, const char *drivers, char **list, const char **ret_problem)
{
    CLEANUP(blocks_clear) struct blocks needed = {0};
    AUTOFREE char *all = NULL;
    char *rest = NULL;
    int r = detachable_add(root, drivers, NULL, &all);

    *ret_problem = NULL;
    if (r < 0 || !all)
        return r;
    r = read_needed(root, &needed);
    if (r >= 0 && needed.unknown)
        *ret_problem = "it is not known on which disks the system is";
    if (r < 0 || *ret_problem)
        return r;
    for (char *line = strtok_r(all, "\n", &rest); r >= 0 && line;
         line = strtok_r(NULL, "\n", &rest)) {
        AUTOFREE char *path = NULL;

        r = sysfs_resolve(root, "sys/bus", line, &path);
        if (r <= 0)
            continue;
        r = has_block(root, &needed, path);
        if (r == 0)
            append_text(list, "\n", line);
    }
    if (r < 0)
        set_text(list, NULL);
    return r < 0 ? r : 0;
}

/* What is used at the end */

struct look {
    const char *device; /* its path in /sys */
    char *why;          /* what of it is used, in words */
};

/* The kernel refuses this for what a file system, an array, a volume, ZFS or a swap has opened, and
 * for a disk with such a partition. */
static int open_alone(int root, const char *name)
{
    AUTOFREE char *node = format("dev/%s", name);
    AUTOCLOSE int fd = openat(root, node, O_RDONLY | O_EXCL | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    return fd < 0 ? -errno : 0;
}

/* One of /sys/class/block. */
static int look_at(int root, const char *path, void *data)
{
    struct look *look = data;
    AUTOFREE char *real = NULL, *holders = NULL;
    CLEANUP(names_freep) char **names = NULL;
    long hidden;
    int r;

    if (look->why || sysfs_resolve(root, BLOCK_DIR, basename(path), &real) <= 0)
        return 0;
    r = is_of(root, real, look->device);
    if (r < 0)
        look->why = format("whether %s is on it is not known: %s", basename(path), strerror(-r));
    /* The way to a disk by one of its controllers cannot be opened; the disk can. */
    if (r <= 0 || (sysfs_number(root, real, "hidden", &hidden) > 0 && hidden))
        return 0;
    holders = format("%s/holders", real);
    r = root_names(root, holders, NULL, SYSFS_NAMES, &names);
    if (r > 0)
        look->why = format("%s is on %s", names[0], basename(path));
    else if (r < 0 && r != -ENOENT)
        look->why = format("%s: %s", holders, strerror(-r));
    if (look->why)
        return 0;
    r = open_alone(root, basename(path));
    if (r < 0)
        look->why = r == -EBUSY ? format("%s is in use", basename(path))
                                : format("/dev/%s: %s", basename(path), strerror(-r));
    return 0;
}

/* What uses a disk of the device, or NULL. */
static char *use_of(int root, const char *line)
{
    AUTOFREE char *path = NULL;
    struct look look = {0};
    int r = sysfs_resolve(root, "sys/bus", line, &path);

    if (r <= 0)
        return format("it is gone");
    look.device = path;
    r = sysfs_walk(root, BLOCK_DIR, look_at, &look);
    if (r < 0 && !look.why)
        look.why = xstrdup(strerror(-r));
    return look.why;
}

void spare_disks_leave_used(int root, char **list, char **ret_why)
{
    AUTOFREE char *all = steal(list);
    char *rest = NULL;

    *ret_why = NULL;
    for (char *line = all ? strtok_r(all, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest)) {
        AUTOFREE char *why = use_of(root, line), *text = NULL;

        if (!why) {
            append_text(list, "\n", line);
            continue;
        }
        text = format("%s stays attached: %s", line, why);
        append_text(ret_why, "\n", text);
    }
}
