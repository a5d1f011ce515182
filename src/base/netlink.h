/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <linux/netlink.h>
#include <stddef.h>
#include <sys/types.h>

union netlink_reply {
    struct nlmsghdr head;
    char bytes[16 * 1024]; /* a route has at most some hundred next hops */
};

/* Asks the kernel about the network of this process, and gives the length of its reply, a whole
 * message with a header at least, or a negative errno. Of the request's header only length and type
 * have to be set. The kernel answers before the request returns: nothing is waited for. */
ssize_t netlink_ask(struct nlmsghdr *request, union netlink_reply *reply);
