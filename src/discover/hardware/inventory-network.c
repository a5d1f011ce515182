/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Network interfaces that have hardware behind them, and the default routes over any. */

#include <arpa/inet.h>
#include <errno.h>

#include "base/map.h"
#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "discover/hardware/inventory.h"

#define LINKS "sys/class/net"

enum {
    MAX_ABOVE = 4, /* a bridge on a VLAN on a bond, and one more */
    MAX_TABLE = 1024 * 1024,
    ARP_DONE = 0x2 | 0x4, /* ATF_COM, ATF_PERM of linux/if_arp.h */
};

static const char *const NET_DIRECTORIES[] = {
    "proc/1/net", "proc/self/net", /* with hidepid= in the options of /proc only oneself is seen */
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
    item = items_add(search->items, MAX_LINKS);
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

    for (size_t i = 0; i < ELEMENTS(NET_DIRECTORIES) && !search.routed.tree; i++) {
        routes_read_links(root, NET_DIRECTORIES[i], ROUTES_IPV4, &search.routed);
        routes_read_links(root, NET_DIRECTORIES[i], ROUTES_IPV6, &search.routed);
    }
    items->known =
        root_exists(root, LINKS) > 0 && sysfs_walk(root, LINKS, look_at_link, &search) == 0;
}

/* Looks for the gateway in a line of the kernel's table: address, type, flags, MAC address, mask,
 * device. */
static void look_at_neighbour(char *line, struct route *route)
{
    const char *fields[6];
    size_t n = 0;
    char *rest;

    for (char *field = strtok_r(line, " \t", &rest); field && n < ELEMENTS(fields);
         field = strtok_r(NULL, " \t", &rest))
        fields[n++] = field;
    if (n < ELEMENTS(fields) || !streq(fields[0], route->gateway) || !streq(fields[5], route->link))
        return;
    route->resolved = strtoul(fields[2], NULL, 16) & ARP_DONE ? RESOLVED_YES : RESOLVED_NO;
}

static void read_neighbours(int root, const char *directory, struct route *route)
{
    AUTOFREE char *path = format("%s/arp", directory), *text = NULL;
    size_t length;
    char *rest;

    if (root_read_start(root, path, MAX_TABLE, &text, &length) < 0)
        return;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        look_at_neighbour(line, route);
}

/* The address of this machine in the network between it and the gateway, from the kernel's table of
 * addresses: lines of "|-- ADDRESS", each followed by what it is. NULL where there are several,
 * such as one that is handed from machine to machine. */
static char *find_address(char *text, uint32_t network, uint32_t mask)
{
    const char *address = NULL;
    AUTOFREE char *found = NULL;
    char *rest;
    struct in_addr bits;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const char *leaf = strstr(line, "|-- ");

        address = leaf ? leaf + strlen("|-- ") : address;
        if (!address || !strstr(line, "/32 host LOCAL") ||
            inet_pton(AF_INET, address, &bits) != 1 || (bits.s_addr & mask) != network ||
            (found && streq(found, address)))
            continue;
        if (found)
            return NULL;
        found = xstrdup(address);
    }
    return steal(&found);
}

static void read_address_of_route(int root, const char *directory, struct route *route)
{
    AUTOFREE char *path = format("%s/fib_trie", directory), *text = NULL;
    uint32_t network, mask;
    size_t length;

    if (routes_find_network(root, directory, route->link, route->gateway, &network, &mask) > 0 &&
        root_read_start(root, path, MAX_TABLE, &text, &length) >= 0 && length < MAX_TABLE)
        route->address = find_address(text, network, mask);
}

/* /proc has the neighbours of IPv4 only. */
void inventory_read_route(int root, enum route_family family, struct route *route)
{
    CLEANUP(routes_clear) struct routes routes = {0};
    const char *directory = NULL;
    int r = -ENOENT;

    for (size_t i = 0; i < ELEMENTS(NET_DIRECTORIES) && r == -ENOENT; i++) {
        directory = NET_DIRECTORIES[i];
        routes_clear(&routes);
        r = routes_read(root, directory, family, &routes);
    }
    route->known = r >= 0 && (routes.n > 0 || routes.complete);
    route->link = routes.n > 0 ? xstrdup(routes.links[0]) : NULL;
    route->gateway = steal(&routes.gateway);
    if (route->link && route->gateway && family == ROUTES_IPV4) {
        read_neighbours(root, directory, route);
        read_address_of_route(root, directory, route);
    }
}
