/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/util.h"

enum {
    DISCARD = 9, /* the port's number, RFC 863 */
};

/* A socket that is connected to the gateway, which sends nothing by itself; or -1. */
static int connect_to(const char *gateway)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(DISCARD)};
    AUTOCLOSE int fd = -1;

    if (inet_pton(AF_INET, gateway, &to.sin_addr) != 1)
        return -1;
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
        return -1;
    return steal_fd(&fd);
}

char *network_address(const char *gateway)
{
    AUTOCLOSE int fd = connect_to(gateway);
    struct sockaddr_in own = {0};
    socklen_t length = sizeof(own);
    char text[INET_ADDRSTRLEN];

    if (fd < 0 || getsockname(fd, (struct sockaddr *)&own, &length) < 0)
        return NULL;
    return xstrdup(inet_ntop(AF_INET, &own.sin_addr, text, sizeof(text)));
}

void network_ask(const char *gateway)
{
    AUTOCLOSE int fd = connect_to(gateway);

    if (fd >= 0)
        (void)send(fd, "", 0, MSG_NOSIGNAL);
}
