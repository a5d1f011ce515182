/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Default routes: the gateway, whether it answers, and this machine's address towards it. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "base/netlink.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/hardware/inventory.h"

enum {
    MAX_TABLE = 1024 * 1024,
    ARP_DONE = 0x2 | 0x4, /* ATF_COM, ATF_PERM of linux/if_arp.h */
};

const char *const NET_DIRECTORIES[N_NET_DIRECTORIES] = {
    "proc/1/net", "proc/self/net", /* with hidepid= in the options of /proc only oneself is seen */
};

/* IPv4 */

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

/* IPv6 */

enum {
    ADDRESS_TEMPORARY = 0x01,              /* IFA_F_*, of linux/if_addr.h */
    ADDRESS_UNUSABLE = 0x08 | 0x20 | 0x40, /* double, deprecated, not yet known to be free */
    SCOPE_GLOBAL = 0,
};

/* /proc has no table of them. A kernel before 5.0 does not tell a single one. */
static void ask_neighbour(int root, struct route *route)
{
    struct {
        struct nlmsghdr head;
        struct ndmsg neighbour;
        struct rtattr address;
        struct in6_addr gateway;
    } request = {
        .head = {.nlmsg_len = sizeof(request), .nlmsg_type = RTM_GETNEIGH},
        .neighbour = {.ndm_family = AF_INET6, .ndm_ifindex = (int)if_nametoindex(route->link)},
        .address = {.rta_len = RTA_LENGTH(sizeof(request.gateway)), .rta_type = NDA_DST},
    };
    union netlink_reply reply;
    const struct ndmsg *answer = NLMSG_DATA(&reply.head);
    unsigned state;

    if (!root_is_live(root) || inet_pton(AF_INET6, route->gateway, &request.gateway) != 1 ||
        netlink_ask(&request.head, &reply) < 0 || reply.head.nlmsg_type != RTM_NEWNEIGH ||
        reply.head.nlmsg_len < NLMSG_LENGTH(sizeof(*answer)))
        return;
    state = answer->ndm_state;
    if (state & (NUD_INCOMPLETE | NUD_FAILED))
        route->resolved = RESOLVED_NO;
    else if (state != NUD_NONE)
        route->resolved = RESOLVED_YES;
}

static bool is_same_network(const struct in6_addr *a, const struct in6_addr *b, unsigned length)
{
    unsigned bytes = length / 8, bits = length % 8;

    return length <= 128 && memcmp(a, b, bytes) == 0 &&
           (!bits || (a->s6_addr[bytes] ^ b->s6_addr[bytes]) >> (8 - bits) == 0);
}

/* An address that lasts and that others can reach, in a line of the kernel's table: address, number
 * of the interface, length of the network's prefix, scope, flags, interface. A router is mostly
 * known by its link-local address, which is in no other network. */
static bool is_address_of_route(char *line, const struct route *route, struct in6_addr *ret)
{
    struct in6_addr gateway;
    unsigned length, scope, flags;
    char digits[33], link[IF_NAMESIZE];

    if (sscanf(line, "%32s %*x %x %x %x %15s", digits, &length, &scope, &flags, link) != 5 ||
        !streq(link, route->link) || scope != SCOPE_GLOBAL ||
        flags & (ADDRESS_TEMPORARY | ADDRESS_UNUSABLE) || routes_parse_ipv6(digits, ret) < 0 ||
        inet_pton(AF_INET6, route->gateway, &gateway) != 1)
        return false;
    return IN6_IS_ADDR_LINKLOCAL(&gateway) || is_same_network(ret, &gateway, length);
}

/* NULL where there are several, as with IPv4. */
static char *find_address6(char *text, const struct route *route)
{
    struct in6_addr address, found;
    char name[INET6_ADDRSTRLEN], *rest;
    size_t n = 0;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (is_address_of_route(line, route, &address)) {
            found = address;
            n++;
        }
    return n == 1 ? xstrdup(inet_ntop(AF_INET6, &found, name, sizeof(name))) : NULL;
}

static void read_address_of_route6(int root, const char *directory, struct route *route)
{
    AUTOFREE char *path = format("%s/if_inet6", directory), *text = NULL;
    size_t length;

    if (root_read_start(root, path, MAX_TABLE, &text, &length) >= 0 && length < MAX_TABLE)
        route->address = find_address6(text, route);
}

/* Either */

void inventory_read_route(int root, enum route_family family, struct route *route)
{
    CLEANUP(routes_clear) struct routes routes = {0};
    const char *directory = NULL;
    int r = -ENOENT;

    for (size_t i = 0; i < N_NET_DIRECTORIES && r == -ENOENT; i++) {
        directory = NET_DIRECTORIES[i];
        routes_clear(&routes);
        r = routes_read(root, directory, family, &routes);
    }
    route->known = r >= 0 && (routes.n > 0 || routes.complete);
    route->link = routes.n > 0 ? xstrdup(routes.links[0]) : NULL;
    route->gateway = steal(&routes.gateway);
    if (!route->link || !route->gateway)
        return;
    if (family == ROUTES_IPV4) {
        read_neighbours(root, directory, route);
        read_address_of_route(root, directory, route);
    } else {
        ask_neighbour(root, route);
        read_address_of_route6(root, directory, route);
    }
}
