/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Network interfaces that have hardware behind them, and the default routes over whatever. */

#include <errno.h>
#include <sys/types.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/hardware/inventory.h"

enum {
    MAX_ROUTES = 64 * 1024, /* bytes; the default route stands before all the others */
    ROUTE_UP = 0x1,         /* RTF_UP, RTF_REJECT of linux/route.h */
    ROUTE_REJECT = 0x200,
};

/* A port of a bond shows the address of the bond. */
static int read_address(int root, const char *directory, char **ret_address)
{
    int r = inventory_line(root, directory, "bonding_slave/perm_hwaddr", ret_address);

    if (r >= 0 && !*ret_address)
        r = inventory_line(root, directory, "address", ret_address);
    if (*ret_address && !(*ret_address)[strspn(*ret_address, "0:")]) {
        free(*ret_address);
        *ret_address = NULL;
    }
    return r;
}

/* "pci0000:00/0000:00:03.0/virtio0" of "../../devices/pci0000:00/0000:00:03.0/virtio0/net/eth0" */
static int read_place(const char *target, struct item *item)
{
    const char *start = target ? strstr(target, "devices/") : NULL;
    const char *end = start ? strstr(start, "/net/") : NULL;

    if (!end)
        return 0;
    start += strlen("devices/");
    item->place = strndup(start, (size_t)(end - start));
    if (!item->place)
        return -ENOMEM;
    inventory_clean(item->place);
    return 0;
}

static int describe_link(int root, const char *path, const char *name, struct item *item)
{
    AUTOFREE char *directory = format("%s/%s", path, name), *target = NULL;
    long carrier;
    int r = directory ? inventory_link(root, path, name, &target) : -ENOMEM;

    item->name = strndup(name, MAX_ITEM_TEXT);
    if (r < 0 || !item->name)
        return -ENOMEM;
    item->spare = target && strstr(target, "/usb");
    r = read_place(target, item);
    if (r >= 0)
        r = read_address(root, directory, &item->id);
    if (r >= 0) /* it cannot be read while the interface is down */
        r = inventory_number(root, directory, "carrier", 0, &carrier);
    item->carrier = r >= 0 && carrier == 1;
    return r;
}

static int look_at_link(int root, const char *path, const char *name, struct items *items)
{
    AUTOFREE char *directory = format("%s/%s", path, name);
    struct item *item;
    int r = directory ? inventory_has(root, directory, "device") : -ENOMEM;

    if (r <= 0)
        return r;
    r = inventory_has(root, directory, "device/physfn");
    if (r != 0) /* of virtual functions there are as many as somebody wants */
        return r < 0 ? r : 0;
    if (items->n == MAX_LINKS)
        return -E2BIG;
    item = items_add(items, MAX_LINKS);
    return item ? describe_link(root, path, name, item) : -ENOMEM;
}

int inventory_read_links(int root, struct items *items)
{
    return inventory_walk(root, "sys/class/net", look_at_link, items);
}

/* Routes */

static bool is_usable(unsigned flags, const char *link)
{
    return (flags & ROUTE_UP) && !(flags & ROUTE_REJECT) && !streq(link, "lo");
}

/* Interface, destination, gateway, flags, ..., mask */
static bool is_default_ipv4(const char *line, char link[32])
{
    unsigned destination, gateway, flags, mask;

    return sscanf(line, "%31s %x %x %x %*d %*u %*d %x", link, &destination, &gateway, &flags,
                  &mask) == 5 &&
           !destination && !mask && is_usable(flags, link);
}

/* Destination, its length, source, its length, next hop, metric, references, use, flags, interface
 */
static bool is_default_ipv6(const char *line, char link[32])
{
    char destination[33];
    unsigned length, flags;

    return sscanf(line, "%32s %x %*s %*x %*s %*x %*x %*x %x %31s", destination, &length, &flags,
                  link) == 4 &&
           !length && !destination[strspn(destination, "0")] && is_usable(flags, link);
}

static int find_route(char *table, bool (*is_default)(const char *, char[32]), struct route *route)
{
    char link[32], *rest;

    for (char *line = strtok_r(table, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (!is_default(line, link))
            continue;
        route->known = true;
        route->link = strdup(link);
        if (!route->link)
            return -ENOMEM;
        inventory_clean(route->link);
        return 0;
    }
    return 0;
}

/* The first MAX_ROUTES bytes are enough to find one, and too few to know that there is none. */
static int read_route(int root, const char *path, bool (*is_default)(const char *, char[32]),
                      struct route *route)
{
    AUTOFREE char *table = calloc(1, MAX_ROUTES + 1);
    AUTOCLOSE int fd = root_open(root, path, NULL);
    size_t length = 0;
    ssize_t n = 1;

    if (!table)
        return -ENOMEM;
    while (fd >= 0 && n > 0 && length < MAX_ROUTES) {
        n = read(fd, table + length, MAX_ROUTES - length);
        length += n > 0 ? (size_t)n : 0;
    }
    if (fd < 0 || n < 0)
        return fd == -ENOMEM ? fd : 0;
    route->known = length < MAX_ROUTES;
    return find_route(table, is_default, route);
}

int inventory_read_routes(int root, struct inventory *inventory)
{
    int r = read_route(root, "proc/1/net/route", is_default_ipv4, &inventory->ipv4);

    return r < 0 ? r : read_route(root, "proc/1/net/ipv6_route", is_default_ipv6, &inventory->ipv6);
}
