/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"

/* The network interfaces that default routes lead over. */
struct routes {
    char **links; /* each once, in the kernel's order */
    size_t n;
    char *gateway; /* of the first one, in the usual notation; NULL without one */
    bool complete; /* or there may be more behind what was read, see routes_read() */
};

enum route_family {
    ROUTES_IPV4,
    ROUTES_IPV6,
};

/* Reads the table in `directory`: "proc/net" or, as PID 1 sees it, "proc/1/net". A router may have
 * a million routes, and the kernel formats all of them for whoever reads: only the first mebibyte
 * is read. IPv4's default routes are in there; for IPv6's the kernel is asked, if `root` is this
 * machine. Returns 0, or a negative errno such as -ENOENT. Release with routes_clear() in any case.
 */
int routes_read(int root, const char *directory, enum route_family family, struct routes *ret);

/* Asks the kernel over which interfaces and gateway the best IPv6 default route of this process's
 * network leads, whatever the length of its table. Returns 0, or a negative errno if it does not
 * tell, or if `root` is not the root directory of this process. Release with routes_clear() in any
 * case. */
int routes_ask(int root, struct routes *ret);
void routes_clear(struct routes *routes);

/* Parses the 32 digits that the kernel's tables have for an IPv6 address. 0 or -EINVAL. */
int routes_parse_ipv6(const char *digits, struct in6_addr *ret);

/* Finds the IPv4 network, without a router in between, that the gateway is in: both numbers as the
 * kernel has addresses in memory. 1, or 0 when there is none over this interface. */
int routes_find_network(int root, const char *directory, const char *link, const char *gateway,
                        uint32_t *ret_network, uint32_t *ret_mask);

/* Adds the names of all interfaces that a route leads over, other than one to neighbours that
 * nobody set up (link-local), from as much of the table. */
void routes_read_links(int root, const char *directory, enum route_family family,
                       struct map *links);
