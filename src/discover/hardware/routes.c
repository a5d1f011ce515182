/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/routes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "base/fd.h"
#include "base/netlink.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_TABLE = 1024 * 1024,
    MAX_FIELDS = 16,
    ROUTE_UP = 0x1, /* RTF_UP, RTF_REJECT of linux/route.h */
    ROUTE_REJECT = 0x200,
};

/* Where the fields of a line are. A short line is one of a recorded machine. */
static const struct table {
    const char *name;
    size_t destination, gateway, mask, flags, link;
    const char *no_mask;
    const char *neighbours[2]; /* prefixes of destinations that are link-local, or multicast */
    bool sorted; /* default routes stand before all others; in IPv6's table they stand last */
} TABLES[] = {
    [ROUTES_IPV4] = {"route", 1, 2, 7, 3, 0, "00000000", {"0000FEA9", "000000E0"}, true},
    [ROUTES_IPV6] = {"ipv6_route", 0, 4, 1, 8, 9, "00", {"fe8", "ff"}, false},
};

void routes_clear(struct routes *routes)
{
    for (size_t i = 0; i < routes->n; i++)
        free(routes->links[i]);
    free(routes->links);
    free(routes->gateway);
    *routes = (struct routes){0};
}

static bool is_zero(const char *number)
{
    return !number[strspn(number, "0")];
}

/* The interface of a default route that can be used, or NULL. */
static const char *default_link(const struct table *table, char *const fields[], size_t n)
{
    unsigned long flags = n > table->flags ? strtoul(fields[table->flags], NULL, 16) : ROUTE_UP;
    const char *link = n > table->link ? fields[table->link] : fields[n - 1];

    if (!is_zero(fields[table->destination]) ||
        (n > table->mask && !streq(fields[table->mask], table->no_mask)))
        return NULL;
    if (!(flags & ROUTE_UP) || (flags & ROUTE_REJECT) || streq(link, "lo") || strchr(link, '/'))
        return NULL;
    return link;
}

/* Not that of a heading. */
static bool is_address(const char *field)
{
    return !field[strspn(field, "0123456789abcdefABCDEF")];
}

int routes_parse_ipv6(const char *digits, struct in6_addr *ret)
{
    if (strlen(digits) != 2 * sizeof(*ret) || !is_address(digits))
        return -EINVAL;
    for (size_t i = 0; i < sizeof(*ret); i++)
        if (sscanf(digits + 2 * i, "%2hhx", &ret->s6_addr[i]) != 1)
            return -EINVAL;
    return 0;
}

/* "192.168.0.1" of "0100A8C0", "fe80::1" of 32 digits; NULL for the address of nobody, and for what
 * is not an address. */
static char *read_gateway(enum route_family family, const char *digits)
{
    char text[INET6_ADDRSTRLEN];
    uint32_t number = (uint32_t)strtoul(digits, NULL, 16); /* as this machine has it in memory */
    struct in6_addr address;

    if (is_zero(digits) || !is_address(digits))
        return NULL;
    if (family == ROUTES_IPV4)
        return strlen(digits) == 2 * sizeof(number)
                   ? xstrdup(inet_ntop(AF_INET, &number, text, sizeof(text)))
                   : NULL;
    return routes_parse_ipv6(digits, &address) == 0
               ? xstrdup(inet_ntop(AF_INET6, &address, text, sizeof(text)))
               : NULL;
}

/* The next line's fields, or 0 at the end of the text. */
static size_t next_line(char **text, char *fields[MAX_FIELDS])
{
    size_t n = 0;

    while (n < 2) {
        char *line = strsep(text, "\n"), *rest;

        if (!line)
            return 0;
        n = 0;
        for (char *field = strtok_r(line, " \t", &rest); field && n < MAX_FIELDS;
             field = strtok_r(NULL, " \t", &rest))
            fields[n++] = field;
    }
    return n;
}

static void take_lines(enum route_family family, char *text, struct routes *routes)
{
    const struct table *table = &TABLES[family];
    CLEANUP(map_clear) struct map seen = {0};
    char *fields[MAX_FIELDS];

    for (size_t n; (n = next_line(&text, fields)) > 0;) {
        const char *link = default_link(table, fields, n);

        if (link && routes->n == 0 && n > table->gateway)
            routes->gateway = read_gateway(family, fields[table->gateway]);
        if (link && map_add(&seen, link, NULL))
            *APPEND(routes->links, routes->n) = xstrdup(link);
        if (table->sorted && is_address(fields[table->destination]) &&
            !is_zero(fields[table->destination]))
            routes->complete = true;
    }
}

/* The lines that the kernel's table would have for these routes; the gateway is the first one's. */
static char *lines_of(const struct routes *routes)
{
    static const char NONE[] = "00000000000000000000000000000000";
    char *text = xstrdup(""), gateway[sizeof(NONE)];
    struct in6_addr address;

    for (size_t i = 0; i < routes->n; i++) {
        memcpy(gateway, NONE, sizeof(NONE));
        if (i == 0 && routes->gateway && inet_pton(AF_INET6, routes->gateway, &address) == 1)
            for (size_t byte = 0; byte < sizeof(address); byte++)
                (void)snprintf(gateway + 2 * byte, 3, "%02x", address.s6_addr[byte]);
        set_text(&text, format("%s%s 00 %s 00 %s 00000400 00000001 00000000 00000003 %8s\n", text,
                               NONE, NONE, gateway, routes->links[i]));
    }
    return text;
}

/* Whether the kernel has named the default routes. A recording then gets them alone, as a table
 * that is cut off would tell it less. */
static bool ask(int root, int fd, struct routes *routes)
{
    struct routes asked;
    AUTOFREE char *lines = NULL;
    int r = routes_ask(root, &asked);

    if (r < 0) {
        routes_clear(&asked);
        return false;
    }
    lines = lines_of(&asked);
    fd_tell(fd, lines, strlen(lines));
    routes_clear(routes);
    *routes = asked;
    return true;
}

/* Takes what was read of the table; a line that is cut off says nothing. */
static void take(int root, int fd, enum route_family family, char *text, size_t length,
                 struct routes *routes)
{
    char *end = length == MAX_TABLE ? strrchr(text, '\n') : NULL;
    AUTOFREE char *copy = xstrndup(text, end ? (size_t)(end - text) : length);

    routes->complete = length < MAX_TABLE;
    take_lines(family, copy, routes);
    if (routes->complete || family != ROUTES_IPV6 || !ask(root, fd, routes))
        fd_tell(fd, text, length);
}

int routes_read(int root, const char *directory, enum route_family family, struct routes *ret)
{
    AUTOFREE char *path = format("%s/%s", directory, TABLES[family].name), *text = NULL;
    AUTOCLOSE int fd = root_open(root, path, NULL);
    size_t length;
    int r = fd < 0 ? fd : fd_read_start(fd, MAX_TABLE, &text, &length);

    *ret = (struct routes){0};
    if (r >= 0)
        take(root, fd, family, text, length, ret);
    return r < 0 ? r : 0;
}

static bool is_between_neighbours(const struct table *table, const char *destination)
{
    return after_prefix(destination, table->neighbours[0]) ||
           after_prefix(destination, table->neighbours[1]);
}

void routes_read_links(int root, const char *directory, enum route_family family, struct map *links)
{
    const struct table *table = &TABLES[family];
    AUTOFREE char *path = format("%s/%s", directory, table->name), *text = NULL;
    char *fields[MAX_FIELDS], *rest;
    size_t length;

    if (root_read_start(root, path, MAX_TABLE, &text, &length) < 0)
        return;
    rest = text;
    for (size_t n; (n = next_line(&rest, fields)) > 0;)
        if (n > table->link && !is_between_neighbours(table, fields[table->destination]))
            (void)map_add(links, fields[table->link], table); /* any value */
}

int routes_find_network(int root, const char *directory, const char *link, const char *gateway,
                        uint32_t *ret_network, uint32_t *ret_mask)
{
    const struct table *table = &TABLES[ROUTES_IPV4];
    AUTOFREE char *path = format("%s/%s", directory, table->name), *text = NULL;
    char *fields[MAX_FIELDS], *rest;
    struct in_addr to;
    size_t length;

    if (inet_pton(AF_INET, gateway, &to) != 1 ||
        root_read_start(root, path, MAX_TABLE, &text, &length) < 0)
        return 0;
    rest = text;
    for (size_t n; (n = next_line(&rest, fields)) > 0;) {
        if (n <= table->mask || !streq(fields[table->link], link) ||
            !is_zero(fields[table->gateway]) || is_zero(fields[table->mask]))
            continue;
        *ret_network = (uint32_t)strtoul(fields[table->destination], NULL, 16);
        *ret_mask = (uint32_t)strtoul(fields[table->mask], NULL, 16);
        if ((to.s_addr & *ret_mask) == *ret_network)
            return 1;
    }
    return 0;
}

/* Asking the kernel, where the table is too long */

/* 4000::, in a part of the address space that is assigned to nobody: only a default route leads
 * there. */
enum {
    NOWHERE = 0x40,
};

struct request {
    struct nlmsghdr head;
    struct rtmsg route;
    struct rtattr address;
    unsigned char bytes[16];
};

static ssize_t ask_kernel(union netlink_reply *reply)
{
    struct request request = {
        .head = {.nlmsg_len = sizeof(request), .nlmsg_type = RTM_GETROUTE},
        .route = {.rtm_family = AF_INET6, .rtm_dst_len = 128, .rtm_flags = RTM_F_FIB_MATCH},
        .address = {.rta_len = RTA_LENGTH(sizeof(request.bytes)), .rta_type = RTA_DST},
        .bytes = {NOWHERE},
    };

    return netlink_ask(&request.head, reply);
}

static int add_link(struct routes *routes, int index)
{
    char name[IF_NAMESIZE];

    if (!if_indextoname((unsigned)index, name))
        return -errno;
    if (!streq(name, "lo"))
        *APPEND(routes->links, routes->n) = xstrdup(name);
    return 0;
}

/* NULL if the attributes name none. */
static char *find_gateway(const struct rtattr *attribute, int left)
{
    char text[INET6_ADDRSTRLEN];

    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
        if (attribute->rta_type == RTA_GATEWAY && RTA_PAYLOAD(attribute) == sizeof(struct in6_addr))
            return xstrdup(inet_ntop(AF_INET6, RTA_DATA(attribute), text, sizeof(text)));
    return NULL;
}

static int add_hops(struct routes *routes, const struct rtattr *hops)
{
    const struct rtnexthop *hop = RTA_DATA(hops);
    int left = (int)RTA_PAYLOAD(hops), r = 0;

    while (r >= 0 && left >= (int)sizeof(*hop) && RTNH_OK(hop, left)) {
        r = add_link(routes, hop->rtnh_ifindex);
        if (routes->n == 1 && !routes->gateway)
            routes->gateway = find_gateway(RTNH_DATA(hop), hop->rtnh_len - RTNH_LENGTH(0));
        left -= RTNH_ALIGN(hop->rtnh_len);
        hop = RTNH_NEXT(hop);
    }
    return r;
}

/* A kernel before 4.13 gives the route to that one address instead. */
static int take_route(struct routes *routes, const struct nlmsghdr *head)
{
    const struct rtmsg *route = NLMSG_DATA(head);
    const struct rtattr *attribute = RTM_RTA(route);
    int left, r = 0;

    if (head->nlmsg_len < NLMSG_LENGTH(sizeof(*route)) || route->rtm_family != AF_INET6 ||
        route->rtm_dst_len != 0)
        return -EOPNOTSUPP;
    left = (int)RTM_PAYLOAD(head);
    routes->gateway = find_gateway(attribute, left);
    for (; r >= 0 && RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        if (attribute->rta_type == RTA_OIF && RTA_PAYLOAD(attribute) >= sizeof(int))
            r = add_link(routes, *(const int *)RTA_DATA(attribute));
        if (attribute->rta_type == RTA_MULTIPATH)
            r = add_hops(routes, attribute);
    }
    return r < 0 ? r : routes->n ? 0 : -EOPNOTSUPP;
}

static int take_error(const struct nlmsghdr *head)
{
    const struct nlmsgerr *error = NLMSG_DATA(head);

    if (head->nlmsg_len < NLMSG_LENGTH(sizeof(*error)))
        return -EBADMSG;
    return error->error == -ENETUNREACH || error->error == -EHOSTUNREACH ? 0 : -EOPNOTSUPP;
}

int routes_ask(int root, struct routes *ret)
{
    union netlink_reply reply;
    ssize_t n;

    *ret = (struct routes){.complete = true};
    if (!root_is_live(root))
        return -EOPNOTSUPP;
    n = ask_kernel(&reply);
    if (n < 0)
        return (int)n;
    return reply.head.nlmsg_type == RTM_NEWROUTE  ? take_route(ret, &reply.head)
           : reply.head.nlmsg_type == NLMSG_ERROR ? take_error(&reply.head)
                                                  : -EBADMSG;
}
