/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/reach.h"

#include <errno.h>

#include "base/mounts.h"
#include "base/root.h"
#include "base/util.h"

/* File systems on local devices without a device number of their own. */
static bool is_on_a_device(const struct mount_point *mount)
{
    static const char *const TYPES[] = {"btrfs", "zfs", "bcachefs", "ubifs"};

    for (size_t i = 0; i < ELEMENTS(TYPES); i++)
        if (streq(mount->type, TYPES[i]))
            return true;
    return !after_prefix(mount->device, "0:");
}

/* `path` as in mountinfo: without links, as far as it exists. */
static char *absolute(int root, const char *path)
{
    AUTOFREE char *resolved = NULL;

    /* A missing file would be on the file system that its path is on. */
    if (root_resolve(root, path, &resolved, NULL, NULL) < 0)
        resolved = xstrdup(path + strspn(path, "/"));
    return format("/%s", resolved);
}

char *reach_problem(int root, const char *path)
{
    AUTOFREE char *full = absolute(root, path);
    const struct mount_point *mount;
    struct mount_point *mounts;
    char *problem = NULL;
    size_t n;
    int r = mounts_read(root, MOUNTS_OF_SELF, &mounts, &n);

    mount = r < 0 ? NULL : mounts_of(mounts, n, full);
    if (r < 0)
        problem = format("/" MOUNTS_OF_SELF ": %s", strerror(-r));
    else if (mount && !is_on_a_device(mount))
        problem = format("%s is on a file system of type %s (mounted at %s), which no boot loader "
                         "reads",
                         path, mount->type, mount->point);
    mounts_free(mounts, n);
    return problem;
}

char *reach_device(int root, const char *path)
{
    AUTOFREE char *full = absolute(root, path);
    const struct mount_point *mount;
    struct mount_point *mounts;
    char *device = NULL;
    size_t n;

    if (mounts_read(root, MOUNTS_OF_SELF, &mounts, &n) >= 0) {
        mount = mounts_of(mounts, n, full);
        if (mount && *mount->source == '/' && !streq(mount->type, "btrfs"))
            (void)root_resolve(root, mount->source, &device, NULL, NULL);
    }
    mounts_free(mounts, n);
    return device;
}

char *reach_mount_point(int root, const char *device)
{
    AUTOFREE char *target = NULL;
    struct mount_point *mounts = NULL;
    char *point = NULL;
    size_t n = 0;

    if (root_resolve(root, device, &target, NULL, NULL) < 0)
        return NULL;
    if (mounts_read(root, MOUNTS_OF_SELF, &mounts, &n) < 0)
        n = 0;
    for (size_t i = 0; i < n && !point; i++) {
        AUTOFREE char *source = NULL;

        if (*mounts[i].source == '/' && streq(mounts[i].root, "/") &&
            mounts_at(mounts, n, mounts[i].point) == &mounts[i] &&
            root_resolve(root, mounts[i].source, &source, NULL, NULL) >= 0 && streq(source, target))
            point = xstrdup(mounts[i].point);
    }
    mounts_free(mounts, n);
    return point;
}
