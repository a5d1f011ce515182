/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Network interfaces that have hardware behind them, and the default routes over any. */

#include <errno.h>

#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "discover/hardware/inventory.h"

#define LINKS "sys/class/net"

/* A port of a bond shows the address of the bond. */
static void read_address(int root, const char *path, char **ret_address)
{
    (void)sysfs_line(root, path, "bonding_slave/perm_hwaddr", ret_address);
    if (!*ret_address)
        (void)sysfs_line(root, path, "address", ret_address);
    if (*ret_address && !(*ret_address)[strspn(*ret_address, "0:")])
        set_text(ret_address, NULL);
}

/* "pci0000:00/0000:00:03.0/virtio0" of "../../devices/pci0000:00/0000:00:03.0/virtio0/net/eth0" */
static char *find_place(const char *target)
{
    const char *start = target ? strstr(target, "devices/") : NULL;
    const char *end = start ? strstr(start, "/net/") : NULL;

    if (!end)
        return NULL;
    start += strlen("devices/");
    return xstrndup(start, (size_t)(end - start));
}

static int look_at_link(int root, const char *path, void *data)
{
    AUTOFREE char *target = NULL;
    struct item *item;
    long carrier = 0;

    /* Without hardware; or a virtual function, which come and go as they are wanted. */
    if (sysfs_has(root, path, "device") <= 0 || sysfs_has(root, path, "device/physfn") > 0)
        return 0;
    item = items_add(data, MAX_LINKS);
    if (!item)
        return -E2BIG;
    (void)sysfs_link(root, LINKS, basename(path), &target);
    item->name = xstrdup(basename(path));
    item->spare = target && strstr(target, "/usb");
    item->place = find_place(target);
    read_address(root, path, &item->id);
    (void)sysfs_number(root, path, "carrier",
                       &carrier); /* unreadable while the interface is down */
    item->carrier = carrier == 1;
    return 0;
}

void inventory_read_links(int root, struct items *items)
{
    items->known =
        root_exists(root, LINKS) > 0 && sysfs_walk(root, LINKS, look_at_link, items) == 0;
}

void inventory_read_route(int root, enum route_family family, struct route *route)
{
    CLEANUP(routes_clear) struct routes routes;
    int r = routes_read(root, "proc/1/net", family, &routes);

    /* With hidepid= in the options of /proc only the own process is seen. */
    if (r == -ENOENT) {
        routes_clear(&routes);
        r = routes_read(root, "proc/self/net", family, &routes);
    }
    route->known = r >= 0 && (routes.n > 0 || routes.complete);
    route->link = routes.n > 0 ? xstrdup(routes.links[0]) : NULL;
}
