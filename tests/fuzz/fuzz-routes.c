/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: /proc/net/route, and after a NUL /proc/net/ipv6_route. */

#include <errno.h>
#include <string.h>

#include "discover/hardware/devices.h"
#include "discover/hardware/routes.h"
#include "fuzz.h"

static void check_routes(enum route_family family)
{
    struct routes routes;

    must(routes_read(fuzz_root(), "proc/net", family, &routes) == 0);
    must(routes.complete);
    for (size_t i = 0; i < routes.n; i++) {
        must(*routes.links[i] && !strchr(routes.links[i], '/') && strcmp(routes.links[i], "lo"));
        for (size_t j = 0; j < i; j++)
            must(strcmp(routes.links[i], routes.links[j]) != 0);
    }
    routes_clear(&routes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *ipv4 = fuzz_string(&data, &size), *ipv6 = fuzz_string(&data, &size);
    struct devices devices;

    fuzz_write("sys/class/net/bond0/lower_eth0/device/vendor", "0x8086\n", 7);
    fuzz_write("sys/class/net/eth1/lower_bond0/device/vendor", "0x8086\n", 7);
    fuzz_write("proc/net/route", ipv4, strlen(ipv4));
    fuzz_write("proc/net/ipv6_route", ipv6, strlen(ipv6));
    check_routes(ROUTES_IPV4);
    check_routes(ROUTES_IPV6);
    (void)devices_read(fuzz_root(), &devices);
    for (size_t i = 0; i < devices.n; i++)
        must(devices_need(&devices, devices.all[i].path));
    devices_clear(&devices);
    free(ipv4);
    free(ipv6);
    return 0;
}
