/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/boot-times.h"

#include "act/manager.h"
#include "base/clock.h"

#define UNIT "org.freedesktop.systemd1.Unit"
#define SERVICE "org.freedesktop.systemd1.Service"

enum {
    MAX_UNITS = 5000,
};

/* In microseconds; 0 if it has none. */
static int get_time(sd_bus *bus, const char *path, const char *interface, const char *property,
                    int64_t *ret)
{
    uint64_t time = 0;
    int r = sd_bus_get_property_trivial(bus, NULL, path, interface, property, NULL, 't', &time);

    *ret = r < 0 || time > INT64_MAX / 2 ? 0 : (int64_t)time;
    return r;
}

/* Of a unit that may have to be read first. */
static int get_of(sd_bus *bus, const char *unit, const char *interface, const char *property,
                  int64_t *ret)
{
    AUTOMESSAGE sd_bus_message *reply = NULL;
    const char *path;
    int r =
        sd_bus_call_method(bus, NULL, MANAGER_PATH, MANAGER, "LoadUnit", NULL, &reply, "s", unit);

    *ret = 0;
    if (r >= 0)
        r = sd_bus_message_read(reply, "o", &path);
    return r < 0 ? r : get_time(bus, path, interface, property, ret);
}

/* Services */

/* From its start until it was up; one that does not stay has ended by then. -1 if it was not
 * started before `end`. */
static int64_t starting_time(sd_bus *bus, const char *path, int64_t end)
{
    int64_t from, to;

    if (get_time(bus, path, UNIT, "InactiveExitTimestampMonotonic", &from) < 0 || !from ||
        from > end)
        return -1;
    if (get_time(bus, path, UNIT, "ActiveEnterTimestampMonotonic", &to) >= 0 && to >= from)
        return to - from;
    if (get_time(bus, path, UNIT, "InactiveEnterTimestampMonotonic", &to) >= 0 && to >= from)
        return to - from;
    return -1;
}

static bool is_service(const char *unit)
{
    size_t length = strlen(unit), suffix = strlen(".service");

    return length > suffix && length < UNIT_NAME && strcmp(unit + length - suffix, ".service") == 0;
}

/* Searches an array of (name, description, load state, state, substate, followed unit, path, id,
 * type and path of the job). */
static int find_slow(sd_bus *bus, sd_bus_message *units, int64_t end, struct slow_services *ret)
{
    const char *name, *state, *path;
    int r = sd_bus_message_enter_container(units, 'a', "(ssssssouso)");

    for (int i = 0; r >= 0 && i < MAX_UNITS; i++) {
        struct slow_service service;

        r = sd_bus_message_read(units, "(ssssssouso)", &name, NULL, NULL, &state, NULL, NULL, &path,
                                NULL, NULL, NULL);
        if (r <= 0)
            return r;
        if (!is_service(name))
            continue;
        service = (struct slow_service){.unit = (char *)name,
                                        .duration = starting_time(bus, path, end),
                                        .failed = strcmp(state, "failed") == 0};
        if (service.duration >= 0)
            slow_add(ret, &service);
    }
    return r;
}

static int read_services(sd_bus *bus, int64_t end, struct reboot_times *times)
{
    AUTOMESSAGE sd_bus_message *units = NULL;
    int r = manager_call(bus, "ListUnits", &units);

    if (r >= 0)
        r = find_slow(bus, units, end, &times->starting);
    for (size_t i = 0; r >= 0 && i < times->stopping.n; i++)
        (void)get_of(bus, times->stopping.all[i].unit, SERVICE, "TimeoutStopUSec",
                     &times->stopping.all[i].limit);
    return r;
}

/* Steps */

/* Of those in the new system that PID 1 knows by the monotonic clock. */
static int read_steps(sd_bus *bus, int64_t start, struct reboot_times *times)
{
    static const struct {
        enum time_point point;
        const char *unit, *property;
    } STEPS[] = {
        {TIME_INITRD, NULL, "InitRDTimestampMonotonic"},
        {TIME_USERSPACE, NULL, "UserspaceTimestampMonotonic"},
        {TIME_MULTI_USER, "multi-user.target", "ActiveEnterTimestampMonotonic"},
        {TIME_NETWORK, "network-online.target", "ActiveEnterTimestampMonotonic"},
    };
    int r = 0;

    for (size_t i = 0; r >= 0 && i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
        int64_t time;

        r = STEPS[i].unit ? get_of(bus, STEPS[i].unit, UNIT, STEPS[i].property, &time)
                          : get_time(bus, MANAGER_PATH, MANAGER, STEPS[i].property, &time);
        if (r >= 0 && time > 0)
            times->at[STEPS[i].point] = start + time;
    }
    return r;
}

/* Before the kernel, and only known with some boot loaders. */
static void read_firmware(sd_bus *bus, int64_t start, struct reboot_times *times)
{
    int64_t firmware, loader;

    (void)get_time(bus, MANAGER_PATH, MANAGER, "FirmwareTimestampMonotonic", &firmware);
    (void)get_time(bus, MANAGER_PATH, MANAGER, "LoaderTimestampMonotonic", &loader);
    if (firmware > 0 && firmware < start)
        times->at[TIME_FIRMWARE] = start - firmware;
    if (loader > 0 && loader <= firmware && loader < start)
        times->at[TIME_LOADER] = start - loader;
}

/* Since systemd has started, which notes the time by both clocks. */
static void read_clock_set(sd_bus *bus, int64_t start, struct reboot_times *times)
{
    int64_t clock, monotonic;

    (void)get_time(bus, MANAGER_PATH, MANAGER, "UserspaceTimestamp", &clock);
    (void)get_time(bus, MANAGER_PATH, MANAGER, "UserspaceTimestampMonotonic", &monotonic);
    if (clock > 0 && monotonic > 0)
        times->clock_set = start - (clock - monotonic);
}

int boot_times_read(bool by_firmware, struct reboot_times *times)
{
    int64_t start = clock_now() - clock_microseconds(CLOCK_MONOTONIC);
    AUTOBUS sd_bus *bus = NULL;
    int r = manager_open(&bus);

    if (r >= 0)
        r = read_steps(bus, start, times);
    if (r < 0)
        return r;
    times->at[TIME_KERNEL] = start;
    read_clock_set(bus, start, times);
    if (by_firmware)
        read_firmware(bus, start, times);
    return read_services(bus, times->at[TIME_MULTI_USER] ? times->at[TIME_MULTI_USER] - start : 0,
                         times);
}
