/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/boot-times.h"

#include "act/manager.h"
#include "base/clock.h"

#define UNIT "org.freedesktop.systemd1.Unit"

/* By the monotonic clock, in microseconds; 0 if it was not reached. */
static int get_time(sd_bus *bus, const char *path, const char *interface, const char *property,
                    int64_t *ret)
{
    uint64_t time = 0;
    int r = sd_bus_get_property_trivial(bus, NULL, path, interface, property, NULL, 't', &time);

    *ret = r < 0 || time > INT64_MAX ? 0 : (int64_t)time;
    return r;
}

/* When the unit was reached. */
static int get_reached(sd_bus *bus, const char *unit, int64_t *ret)
{
    AUTOMESSAGE sd_bus_message *reply = NULL;
    const char *path;
    int r =
        sd_bus_call_method(bus, NULL, MANAGER_PATH, MANAGER, "LoadUnit", NULL, &reply, "s", unit);

    if (r >= 0)
        r = sd_bus_message_read(reply, "o", &path);
    return r < 0 ? r : get_time(bus, path, UNIT, "ActiveEnterTimestampMonotonic", ret);
}

int boot_times_read(struct reboot_times *times)
{
    int64_t start = clock_now() - clock_microseconds(CLOCK_MONOTONIC), userspace = 0,
            multi_user = 0;
    AUTOBUS sd_bus *bus = NULL;
    int r = manager_open(&bus);

    if (r >= 0)
        r = get_time(bus, MANAGER_PATH, MANAGER, "UserspaceTimestampMonotonic", &userspace);
    if (r >= 0)
        r = get_reached(bus, "multi-user.target", &multi_user);
    if (r < 0)
        return r;
    times->at[TIME_KERNEL] = start;
    times->at[TIME_USERSPACE] = userspace ? start + userspace : 0;
    times->at[TIME_MULTI_USER] = multi_user ? start + multi_user : 0;
    return 0;
}
