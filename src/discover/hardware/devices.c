/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/devices.h"

#include <errno.h>

#include "base/mounts.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_DEVICES = 64,
    MAX_DEPTH = 8,       /* of md on dm on md ... */
    MAX_BELOW = 256,     /* disks of an array, ports of a bridge */
    MAX_TABLE = 1 << 20, /* of routes */
};

static const char DEVICES[] = "sys/devices";

void devices_clear(struct devices *devices)
{
    for (size_t i = 0; i < devices->n; i++) {
        free(devices->all[i].path);
        free(devices->all[i].needed);
    }
    free(devices->all);
    *devices = (struct devices){0};
}

bool devices_need(const struct devices *devices, const char *path)
{
    for (size_t i = 0; i < devices->n; i++) {
        const char *rest = after_prefix(devices->all[i].path, path);

        if (rest && (*rest == '/' || !*rest))
            return true;
    }
    return false;
}

static int add(struct devices *devices, const char *path, const char *needed)
{
    struct device *more;

    for (size_t i = 0; i < devices->n; i++)
        if (streq(devices->all[i].path, path))
            return 0;
    if (devices->n == MAX_DEVICES)
        return -E2BIG;
    more = reallocarray(devices->all, devices->n + 1, sizeof(*more));
    if (!more)
        return -ENOMEM;
    devices->all = more;
    more[devices->n] = (struct device){.path = strdup(path), .needed = strdup(needed)};
    if (more[devices->n++].path && more[devices->n - 1].needed)
        return 0;
    return -ENOMEM;
}

/* The device at `path` and all that it is attached to. */
static int add_upwards(struct devices *devices, const char *path, const char *needed)
{
    AUTOFREE char *up = strdup(path);

    if (!up)
        return -ENOMEM;
    while (strlen(up) > strlen(DEVICES) && after_prefix(up, DEVICES)) {
        int r = add(devices, up, needed);

        if (r < 0)
            return r;
        *strrchr(up, '/') = 0;
    }
    return 0;
}

static int any_name(const char *name)
{
    return name[0] != '.';
}

static int is_lower(const char *name)
{
    return after_prefix(name, "lower_") != NULL;
}

typedef int (*add_one)(int root, struct devices *devices, const char *path, const char *needed,
                       int depth);

/* Follows the links that `directory` has to what is below. Gives their number. */
static int add_links(int root, struct devices *devices, const char *directory,
                     int (*wanted)(const char *), add_one add_below, const char *needed, int depth)
{
    CLEANUP(names_freep) char **names = NULL;
    int n = root_names(root, directory, wanted, MAX_BELOW, &names);

    if (n == -ENOENT)
        return 0;
    for (char **name = names; n >= 0 && *name; name++) {
        AUTOFREE char *link = format("%s/%s", directory, *name), *path = NULL;
        int r = link ? root_resolve(root, link, &path, NULL, NULL) : -ENOMEM;

        if (r >= 0)
            r = add_below(root, devices, path, needed, depth + 1);
        if (r < 0 && r != -ENOENT)
            return r;
    }
    return n;
}

static int add_block(int root, struct devices *devices, const char *path, const char *needed,
                     int depth)
{
    AUTOFREE char *slaves = format("%s/slaves", path);
    int n;

    if (!slaves)
        return -ENOMEM;
    if (depth > MAX_DEPTH)
        return -ELOOP;
    n = add_links(root, devices, slaves, any_name, add_block, needed, depth);
    return n ? n : add_upwards(devices, path, needed);
}

static int add_interface(int root, struct devices *devices, const char *path, const char *needed,
                         int depth)
{
    AUTOFREE char *link = format("%s/device", path), *device = NULL;
    int r;

    if (!link)
        return -ENOMEM;
    if (depth > MAX_DEPTH)
        return -ELOOP;
    r = add_links(root, devices, path, is_lower, add_interface, needed, depth);
    if (r >= 0)
        r = root_resolve(root, link, &device, NULL, NULL);
    if (r >= 0)
        r = add_upwards(devices, device, needed);
    return r == -ENOENT ? 0 : r; /* a tunnel has no device */
}

/* Where the disk or partition of a mount is in /sys: by its number, or, where that is one of the
 * file system's own, as with btrfs, by the source's name. */
static int find_block(int root, const char *number, const char *source, char **ret_path)
{
    AUTOFREE char *by_number = format("sys/dev/block/%s", number), *node = NULL, *by_name = NULL;
    int r = by_number ? root_resolve(root, by_number, ret_path, NULL, NULL) : -ENOMEM;

    if (r != -ENOENT || source[0] != '/')
        return r;
    r = root_resolve(root, source, &node, NULL, NULL); /* such as /dev/mapper/NAME, a link */
    if (r == -ENOENT)
        node = strdup(source);
    else if (r < 0)
        return r;
    by_name = node ? format("sys/class/block/%s", basename(node)) : NULL;
    return by_name ? root_resolve(root, by_name, ret_path, NULL, NULL) : -ENOMEM;
}

static int add_root(int root, struct devices *devices)
{
    AUTOFREE char *path = NULL;
    const struct mount_point *mount;
    struct mount_point *mounts;
    size_t n;
    int r = mounts_read(root, MOUNTS_OF_SELF, &mounts, &n);

    mount = r < 0 ? NULL : mounts_at(mounts, n, "/");
    if (mount)
        r = find_block(root, mount->device, mount->source, &path);
    if (mount && r >= 0)
        r = add_block(root, devices, path, "the root file system", 0);
    mounts_free(mounts, n);
    return r == -ENOENT ? 0 : r; /* the network's, or ZFS */
}

static int add_route(int root, struct devices *devices, const char *interface)
{
    AUTOFREE char *link = NULL, *path = NULL, *needed = NULL;
    int r;

    if (streq(interface, "lo") || strchr(interface, '/'))
        return 0;
    link = format("sys/class/net/%s", interface);
    needed = format("the default route by %s", interface);
    if (!link || !needed)
        return -ENOMEM;
    r = root_resolve(root, link, &path, NULL, NULL);
    if (r >= 0)
        r = add_interface(root, devices, path, needed, 0);
    return r == -ENOENT ? 0 : r;
}

/* The interface of a line of /proc/net/route: "eth0 00000000 ...". */
static const char *of_ipv4(char *line)
{
    char *rest = NULL;
    const char *interface = strtok_r(line, " \t", &rest);
    const char *destination = strtok_r(NULL, " \t", &rest);

    return destination && streq(destination, "00000000") ? interface : NULL;
}

/* The interface of a line of /proc/net/ipv6_route: destination, length of its prefix, ..., name. */
static const char *of_ipv6(char *line)
{
    char *rest = NULL, *last = NULL;
    const char *destination = strtok_r(line, " \t", &rest);
    const char *length = strtok_r(NULL, " \t", &rest);

    if (!destination || strspn(destination, "0") != strlen(destination) || !length ||
        !streq(length, "00"))
        return NULL;
    for (char *word = strtok_r(NULL, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
        last = word;
    return last;
}

static int add_routes(int root, struct devices *devices, const char *path,
                      const char *(*interface_of)(char *line))
{
    AUTOFREE char *table = NULL;
    char *rest = NULL;
    int r = root_read(root, path, MAX_TABLE, &table, NULL);

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    for (char *line = strtok_r(table, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const char *interface = interface_of(line);

        r = interface ? add_route(root, devices, interface) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

/* A disk that something in the machine drives; iSCSI's are below a session. */
static bool is_local(const struct devices *devices)
{
    bool local = false;

    for (size_t i = 0; i < devices->n; i++) {
        const char *path = devices->all[i].path;

        if (after_prefix(path, "sys/devices/virtual/") || strstr(path, "/session"))
            return false;
        local = true;
    }
    return local;
}

int devices_of_root(int root, struct devices *ret)
{
    int r;

    *ret = (struct devices){0};
    r = add_root(root, ret);
    if (r >= 0 && !is_local(ret))
        devices_clear(ret);
    return r < 0 ? r : 0;
}

int devices_read(int root, struct devices *ret)
{
    int r;

    *ret = (struct devices){0};
    r = add_root(root, ret);
    if (r >= 0)
        r = add_routes(root, ret, "proc/net/route", of_ipv4);
    if (r >= 0)
        r = add_routes(root, ret, "proc/net/ipv6_route", of_ipv6);
    return r < 0 ? r : 0;
}
