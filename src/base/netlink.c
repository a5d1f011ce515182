/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/netlink.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/util.h"

ssize_t netlink_ask(struct nlmsghdr *request, union netlink_reply *reply)
{
    AUTOCLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    ssize_t n;

    request->nlmsg_flags = NLM_F_REQUEST;
    n = fd < 0 ? -1 : send(fd, request, request->nlmsg_len, 0);
    if (n >= 0)
        n = recv(fd, reply, sizeof(*reply), MSG_DONTWAIT);
    if (n < 0)
        return -errno;
    return NLMSG_OK(&reply->head, (size_t)n) ? n : -EBADMSG;
}
