/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/devices.h"

#include <errno.h>

#include "base/mounts.h"
#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "discover/hardware/blocks.h"
#include "discover/hardware/routes.h"

static const char DEVICES[] = "sys/devices";

void devices_clear(struct devices *devices)
{
    for (size_t i = 0; i < devices->n; i++) {
        free(devices->all[i].path);
        free(devices->all[i].needed);
    }
    free(devices->all);
    map_clear(&devices->paths);
    *devices = (struct devices){0};
}

/* As each device is here with all that it is attached to, this is one of them. */
bool devices_need(const struct devices *devices, const char *path)
{
    return map_get(&devices->paths, path);
}

/* The device at `path` and all that it is attached to, up to one that is known already. */
static void add_upwards(struct devices *devices, const char *path, const char *needed)
{
    AUTOFREE char *up = xstrdup(path);

    while (strlen(up) > strlen(DEVICES) && after_prefix(up, DEVICES) &&
           map_add(&devices->paths, up, DEVICES)) {
        *APPEND(devices->all, devices->n) =
            (struct device){.path = xstrdup(up), .needed = xstrdup(needed)};
        *strrchr(up, '/') = 0;
    }
}

/* Disks */

static int add_controller(int root, const char *path, void *data)
{
    AUTOFREE char *real = NULL;
    int r = root_resolve(root, path, &real, NULL, NULL);

    if (r >= 0 && after_prefix(basename(path), "nvme"))
        add_upwards(data, real, "the root file system");
    return r == -ENOENT ? 0 : r;
}

/* An NVMe disk that may have several controllers is below none of them, but beside links to all. */
static int add_disk(int root, struct devices *devices, const struct block *disk)
{
    AUTOFREE char *directory = xstrdup(disk->path);

    if (!after_prefix(disk->path, "sys/devices/virtual/nvme-subsystem/")) {
        add_upwards(devices, disk->path, "the root file system");
        return 0;
    }
    *strrchr(directory, '/') = 0;
    return sysfs_walk(root, directory, add_controller, devices);
}

static int find_root(int root, struct blocks *blocks)
{
    const struct mount_point *mount;
    struct mount_point *mounts;
    size_t n;
    int r = mounts_read(root, MOUNTS_OF_SELF, &mounts, &n);

    mount = r < 0 ? NULL : mounts_at(mounts, n, "/");
    blocks->unknown = !mount;
    if (mount)
        r = blocks_add_mount(root, blocks, mount);
    mounts_free(mounts, n);
    return r < 0 ? r : blocks_follow(root, blocks);
}

/* Gives whether it is known what all of the root file system is on. */
static int add_root(int root, struct devices *devices)
{
    CLEANUP(blocks_clear) struct blocks blocks = {0};
    int r = find_root(root, &blocks);

    for (size_t i = 0; r >= 0 && i < blocks.n; i++)
        if (blocks.all[i].disk)
            r = add_disk(root, devices, &blocks.all[i]);
    return r < 0 ? r : !blocks.unknown;
}

/* A disk that something in the machine drives; iSCSI's are below a session. */
static bool is_local(const struct devices *devices)
{
    for (size_t i = 0; i < devices->n; i++) {
        const char *path = devices->all[i].path;

        if (after_prefix(path, "sys/devices/virtual/") || strstr(path, "/session"))
            return false;
    }
    return true;
}

int devices_of_root(int root, struct devices *ret)
{
    int r;

    *ret = (struct devices){0};
    r = add_root(root, ret);
    if (r == 0 || !is_local(ret))
        devices_clear(ret);
    return r < 0 ? r : 0;
}

/* Interfaces */

struct interfaces {
    struct devices *devices;
    const char *needed;
    struct map seen;
};

static int add_interface(int root, const char *path, void *data);

static int add_lower(int root, const char *path, void *data)
{
    return after_prefix(basename(path), "lower_") ? add_interface(root, path, data) : 0;
}

/* The device of an interface, or those of what a bond or bridge is on. A tunnel has none. */
static int add_interface(int root, const char *path, void *data)
{
    struct interfaces *interfaces = data;
    AUTOFREE char *real = NULL, *device = NULL;
    int r = root_resolve(root, path, &real, NULL, NULL);

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    if (!map_add(&interfaces->seen, real, NULL))
        return 0;
    r = sysfs_walk(root, real, add_lower, interfaces);
    if (r >= 0)
        r = sysfs_resolve(root, real, "device", &device);
    if (r > 0)
        add_upwards(interfaces->devices, device, interfaces->needed);
    return r < 0 ? r : 0;
}

static int add_routes(int root, struct devices *devices, enum route_family family)
{
    CLEANUP(routes_clear) struct routes routes;
    int r = routes_read(root, "proc/net", family, &routes);

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    for (size_t i = 0; r >= 0 && i < routes.n; i++) {
        AUTOFREE char *link = format("sys/class/net/%s", routes.links[i]);
        AUTOFREE char *needed = format("the default route by %s", routes.links[i]);
        struct interfaces interfaces = {.devices = devices, .needed = needed};

        r = add_interface(root, link, &interfaces);
        map_clear(&interfaces.seen);
    }
    return r < 0 ? r : routes.complete ? 0 : -E2BIG;
}

int devices_read(int root, struct devices *ret)
{
    int r;

    *ret = (struct devices){0};
    r = add_root(root, ret);
    if (r >= 0)
        r = add_routes(root, ret, ROUTES_IPV4);
    if (r >= 0)
        r = add_routes(root, ret, ROUTES_IPV6);
    return r < 0 ? r : 0;
}
