/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "base/netlink.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/hardware/routes.h"

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

static ssize_t ask(union netlink_reply *reply)
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
    n = ask(&reply);
    if (n < 0)
        return (int)n;
    return reply.head.nlmsg_type == RTM_NEWROUTE  ? take_route(ret, &reply.head)
           : reply.head.nlmsg_type == NLMSG_ERROR ? take_error(&reply.head)
                                                  : -EBADMSG;
}
