/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Network interfaces that have hardware behind them. */

#include <errno.h>

#include "base/map.h"
#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "discover/hardware/inventory.h"

#define LINKS "sys/class/net"

enum {
    MAX_ABOVE = 4, /* a bridge on a VLAN on a bond, and one more */
};

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

/* The interfaces found, and the names of those that routes lead over. */
struct search {
    struct items *items;
    struct map routed;
};

static void search_clear(struct search *search)
{
    map_clear(&search->routed);
}

struct use {
    const struct map *routed;
    int depth;
};

/* Whether a route leads over the interface, or over a bond, bridge or VLAN that it is a port of. */
static bool is_used(int root, const char *name, const struct use *use);

static int look_above(int root, const char *path, void *data)
{
    const struct use *use = data;
    const char *above = after_prefix(basename(path), "upper_");

    return above && use->depth < MAX_ABOVE &&
           is_used(root, above, &(struct use){use->routed, use->depth + 1});
}

static bool is_used(int root, const char *name, const struct use *use)
{
    AUTOFREE char *path = format(LINKS "/%s", name);

    return map_get(use->routed, name) || sysfs_walk(root, path, look_above, (void *)use) > 0;
}

static int look_at_link(int root, const char *path, void *data)
{
    const struct search *search = data;
    AUTOFREE char *target = NULL;
    struct item *item;
    long carrier = 0;

    /* Without hardware; or a virtual function, which come and go as they are wanted. */
    if (sysfs_has(root, path, "device") <= 0 || sysfs_has(root, path, "device/physfn") > 0)
        return 0;
    item = items_add(search->items, MAX_NET_LINKS);
    if (!item)
        return -E2BIG;
    (void)sysfs_link(root, LINKS, basename(path), &target);
    item->name = xstrdup(basename(path));
    item->spare = target && strstr(target, "/usb");
    item->place = find_place(target);
    read_address(root, path, &item->id);
    /* Both are unreadable while the interface is down. */
    (void)sysfs_number(root, path, "carrier", &carrier);
    (void)sysfs_number(root, path, "speed", &item->speed);
    item->carrier = carrier == 1;
    item->used = is_used(root, item->name, &(struct use){.routed = &search->routed});
    return 0;
}

void inventory_read_links(int root, struct items *items)
{
    CLEANUP(search_clear) struct search search = {.items = items};

    for (size_t i = 0; i < N_NET_DIRECTORIES && !search.routed.tree; i++) {
        routes_read_links(root, NET_DIRECTORIES[i], ROUTES_IPV4, &search.routed);
        routes_read_links(root, NET_DIRECTORIES[i], ROUTES_IPV6, &search.routed);
    }
    items->known =
        root_exists(root, LINKS) > 0 && sysfs_walk(root, LINKS, look_at_link, &search) == 0;
}
