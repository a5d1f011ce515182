/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/util.h"

enum {
    DISCARD = 9, /* the port's number, RFC 863 */
};

void network_ask(const char *gateway)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(DISCARD)};
    AUTOCLOSE int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && inet_pton(AF_INET, gateway, &to.sin_addr) == 1)
        (void)sendto(fd, "", 0, MSG_NOSIGNAL, (const struct sockaddr *)&to, sizeof(to));
}
