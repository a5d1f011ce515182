/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/manager.h"

#include <errno.h>

#include "base/clock.h"

enum {
    CALL_TIMEOUT = 5 * 1000000, /* microseconds */
};

/* Otherwise sd-bus waits 90 seconds for a peer that accepts the connection and says nothing. */
static int wait_until_ready(sd_bus *bus)
{
    int64_t end = clock_uptime() + CALL_TIMEOUT, left = CALL_TIMEOUT;
    int r = 0;

    while (r >= 0 && (r = sd_bus_is_ready(bus)) == 0) {
        r = sd_bus_process(bus, NULL);
        if (r == 0 && (left = end - clock_uptime()) > 0)
            r = sd_bus_wait(bus, (uint64_t)left);
        if (r >= 0 && left <= 0)
            return -ETIMEDOUT;
    }
    return r;
}

int manager_open(sd_bus **ret_bus)
{
    AUTOBUS sd_bus *bus = NULL;
    int r = sd_bus_new(&bus);

    if (r >= 0)
        r = sd_bus_set_address(bus, "unix:path=/run/systemd/private");
    if (r >= 0)
        r = sd_bus_start(bus);
    if (r >= 0)
        r = sd_bus_set_method_call_timeout(bus, CALL_TIMEOUT);
    if (r >= 0)
        r = wait_until_ready(bus);
    if (r < 0)
        return r;
    *ret_bus = steal(&bus);
    return 0;
}

int manager_call(sd_bus *bus, const char *method, sd_bus_message **ret_reply)
{
    return sd_bus_call_method(bus, NULL, MANAGER_PATH, MANAGER, method, NULL, ret_reply, NULL);
}
