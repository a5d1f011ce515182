/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/network.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/util.h"

enum {
    DISCARD = 9, /* the port's number, RFC 863 */
};

/* The size of the address, or 0. */
static socklen_t make_address(const char *gateway, const char *link, struct sockaddr_storage *ret)
{
    struct sockaddr_in to4 = {.sin_family = AF_INET, .sin_port = htons(DISCARD)};
    struct sockaddr_in6 to6 = {.sin6_family = AF_INET6, .sin6_port = htons(DISCARD)};

    if (inet_pton(AF_INET, gateway, &to4.sin_addr) == 1) {
        memcpy(ret, &to4, sizeof(to4));
        return sizeof(to4);
    }
    if (inet_pton(AF_INET6, gateway, &to6.sin6_addr) != 1)
        return 0;
    to6.sin6_scope_id = if_nametoindex(link); /* a link-local address is on every interface */
    memcpy(ret, &to6, sizeof(to6));
    return sizeof(to6);
}

void network_ask(const char *gateway, const char *link)
{
    struct sockaddr_storage to = {0};
    socklen_t size = make_address(gateway, link, &to);
    AUTOCLOSE int fd = -1;

    if (!size)
        return;
    fd = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0)
        (void)sendto(fd, "", 0, MSG_NOSIGNAL, (const struct sockaddr *)&to, size);
}
