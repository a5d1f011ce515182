/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* act/boot-times.c with a fake PID 1 made with sd-bus, on the test's own socket. */

#include "act/boot-times.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "pid1-made.h"
#include "test.h"
#include "tree.h"

static char address[128];
static const struct tree *tree;

int __real_sd_bus_set_address(sd_bus *bus, const char *given);
int __wrap_sd_bus_set_address(sd_bus *bus, const char *given);
int __wrap_sd_bus_set_address(sd_bus *bus, const char *given)
{
    assert_string_equal(given, "unix:path=/run/systemd/private");
    return __real_sd_bus_set_address(bus, address);
}

/* What PID 1 knows */

struct unit {
    const char *path, *name, *state;
    uint64_t inactive_exit, active_enter, inactive_enter; /* by the monotonic clock */
    uint64_t stop;                                        /* TimeoutStopUSec */
};

static struct unit units[] = {
    {"/u/0", "multi-user.target", "active", 6900000, 7000000, 0, 0},
    {"/u/1", "network-online.target", "active", 8000000, 8000000, 0, 0},
    {"/u/2", "a.service", "active", 3000000, 4000000, 0, 0},
    {"/u/3", "once.service", "inactive", 3000000, 0, 5500000, 0},
    {"/u/4", "wait.service", "failed", 3000000, 0, 6000000, 0},
    {"/u/5", "late.service", "active", 7500000, 9500000, 0, 0},
    {"/u/6", "never.service", "inactive", 0, 0, 0, 0},
    {"/u/7", "x.mount", "active", 3000000, 6000000, 0, 0},
    {"/u/8", "running.service", "activating", 3000000, 0, 0, 0},
    {"/u/9", "old.service", "inactive", 0, 0, 0, 90000000},
};

static uint64_t initrd = 1500000, clock_at_start;

static int list_units(sd_bus_message *call, void *data, sd_bus_error *error)
{
    CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

    (void)data, (void)error;
    assert_true(sd_bus_message_new_method_return(call, &reply) >= 0);
    assert_true(sd_bus_message_open_container(reply, 'a', "(ssssssouso)") >= 0);
    for (size_t i = 0; i < ELEMENTS(units); i++)
        assert_true(sd_bus_message_append(reply, "(ssssssouso)", units[i].name, "", "loaded",
                                          units[i].state, "", "", units[i].path, 0, "", "/") >= 0);
    assert_true(sd_bus_message_close_container(reply) >= 0);
    return sd_bus_send(NULL, reply, NULL);
}

static int load_unit(sd_bus_message *call, void *data, sd_bus_error *error)
{
    const char *name;

    (void)data, (void)error;
    assert_true(sd_bus_message_read(call, "s", &name) >= 0);
    for (size_t i = 0; i < ELEMENTS(units); i++)
        if (streq(units[i].name, name))
            return sd_bus_reply_method_return(call, "o", units[i].path);
    return sd_bus_reply_method_errorf(call, "org.freedesktop.systemd1.NoSuchUnit", "%s", name);
}

static int get_time(sd_bus *bus, const char *path, const char *interface, const char *property,
                    sd_bus_message *reply, void *data, sd_bus_error *error)
{
    static const struct {
        const char *name;
        uint64_t time;
    } TIMES[] = {{"FirmwareTimestampMonotonic", 9000000},
                 {"LoaderTimestampMonotonic", 2000000},
                 {"UserspaceTimestampMonotonic", 2500000}};

    (void)bus, (void)path, (void)interface, (void)data, (void)error;
    for (size_t i = 0; i < ELEMENTS(TIMES); i++)
        if (streq(TIMES[i].name, property))
            return sd_bus_message_append(reply, "t", TIMES[i].time);
    return sd_bus_message_append(reply, "t",
                                 streq(property, "UserspaceTimestamp") ? clock_at_start : initrd);
}

static int get_of_unit(sd_bus *bus, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *data, sd_bus_error *error)
{
    const struct unit *unit = data;
    uint64_t time = streq(property, "InactiveExitTimestampMonotonic")    ? unit->inactive_exit
                    : streq(property, "ActiveEnterTimestampMonotonic")   ? unit->active_enter
                    : streq(property, "InactiveEnterTimestampMonotonic") ? unit->inactive_enter
                                                                         : unit->stop;

    (void)bus, (void)path, (void)interface, (void)error;
    return sd_bus_message_append(reply, "t", time);
}

static const sd_bus_vtable MANAGER[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("ListUnits", "", "a(ssssssouso)", list_units, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("LoadUnit", "s", "o", load_unit, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_PROPERTY("FirmwareTimestampMonotonic", "t", get_time, 0, 0),
    SD_BUS_PROPERTY("LoaderTimestampMonotonic", "t", get_time, 0, 0),
    SD_BUS_PROPERTY("InitRDTimestampMonotonic", "t", get_time, 0, 0),
    SD_BUS_PROPERTY("UserspaceTimestamp", "t", get_time, 0, 0),
    SD_BUS_PROPERTY("UserspaceTimestampMonotonic", "t", get_time, 0, 0),
    SD_BUS_VTABLE_END,
};

static const sd_bus_vtable UNIT[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("InactiveExitTimestampMonotonic", "t", get_of_unit, 0, 0),
    SD_BUS_PROPERTY("ActiveEnterTimestampMonotonic", "t", get_of_unit, 0, 0),
    SD_BUS_PROPERTY("InactiveEnterTimestampMonotonic", "t", get_of_unit, 0, 0),
    SD_BUS_VTABLE_END,
};

static const sd_bus_vtable SERVICE[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("TimeoutStopUSec", "t", get_of_unit, 0, 0),
    SD_BUS_VTABLE_END,
};

static void add_all(sd_bus *bus)
{
    if (sd_bus_add_object_vtable(bus, NULL, PID1_PATH, "org.freedesktop.systemd1.Manager", MANAGER,
                                 NULL) < 0)
        _exit(1);
    for (size_t i = 0; i < ELEMENTS(units); i++)
        if (sd_bus_add_object_vtable(bus, NULL, units[i].path, "org.freedesktop.systemd1.Unit",
                                     UNIT, &units[i]) < 0 ||
            sd_bus_add_object_vtable(bus, NULL, units[i].path, "org.freedesktop.systemd1.Service",
                                     SERVICE, &units[i]) < 0)
            _exit(1);
}

static int ask(bool by_firmware, struct reboot_times *times)
{
    pid_t pid = pid1_begin(tree, add_all, address);
    int r = boot_times_read(by_firmware, times);

    (void)kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return r;
}

static int setup(void **state)
{
    assert_int_equal(tree_setup(state), 0);
    tree = *state;
    initrd = 1500000;
    clock_at_start = 0;
    return 0;
}

static void expect_since_kernel(const struct reboot_times *times, enum time_point point,
                                int64_t expected)
{
    assert_int_equal(times->at[point] - times->at[TIME_KERNEL], expected);
}

static void the_steps_are_those_of_pid_1(void **state)
{
    CLEANUP(times_clear) struct reboot_times times = {0};
    int64_t start = clock_now() - clock_microseconds(CLOCK_MONOTONIC);

    (void)state;
    assert_int_equal(ask(true, &times), 0);
    assert_true(times.at[TIME_KERNEL] - start < 1000000 && times.at[TIME_KERNEL] > start - 1000000);
    expect_since_kernel(&times, TIME_FIRMWARE, -9000000);
    expect_since_kernel(&times, TIME_LOADER, -2000000);
    expect_since_kernel(&times, TIME_INITRD, 1500000);
    expect_since_kernel(&times, TIME_USERSPACE, 2500000);
    expect_since_kernel(&times, TIME_MULTI_USER, 7000000);
    expect_since_kernel(&times, TIME_NETWORK, 8000000);
}

static void after_kexec_the_firmwares_times_are_of_an_earlier_boot(void **state)
{
    CLEANUP(times_clear) struct reboot_times times = {0};

    (void)state;
    initrd = 0; /* without systemd */
    assert_int_equal(ask(false, &times), 0);
    assert_int_equal(times.at[TIME_FIRMWARE], 0);
    assert_int_equal(times.at[TIME_LOADER], 0);
    assert_int_equal(times.at[TIME_INITRD], 0);
}

/* Those that started before multi-user.target was reached. */
static void services_are_measured_until_they_are_up_or_have_ended(void **state)
{
    CLEANUP(times_clear) struct reboot_times times = {0};

    (void)state;
    assert_int_equal(ask(false, &times), 0);
    assert_int_equal(times.starting.n, 3);
    assert_string_equal(times.starting.all[0].unit, "wait.service");
    assert_int_equal(times.starting.all[0].duration, 3000000);
    assert_true(times.starting.all[0].failed);
    assert_string_equal(times.starting.all[1].unit, "once.service");
    assert_int_equal(times.starting.all[1].duration, 2500000);
    assert_false(times.starting.all[1].failed);
    assert_string_equal(times.starting.all[2].unit, "a.service");
}

static void what_stopped_slowly_has_its_limit(void **state)
{
    CLEANUP(times_clear) struct reboot_times times = {0};

    (void)state;
    slow_add(&times.stopping, &(struct slow_service){.unit = (char *)"old.service", .duration = 2});
    slow_add(&times.stopping,
             &(struct slow_service){.unit = (char *)"gone.service", .duration = 1});
    assert_int_equal(ask(false, &times), 0);
    assert_int_equal(times.stopping.all[0].limit, 90000000);
    assert_int_equal(times.stopping.all[1].limit, 0);
}

static void a_clock_that_was_set_is_noticed(void **state)
{
    CLEANUP(times_clear) struct reboot_times times = {0};

    (void)state;
    clock_at_start =
        (uint64_t)(clock_now() - clock_microseconds(CLOCK_MONOTONIC) + 2500000 - 42000000);
    assert_int_equal(ask(false, &times), 0);
    assert_true(times.clock_set > 41000000 && times.clock_set < 43000000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_steps_are_those_of_pid_1),
        TEST(after_kexec_the_firmwares_times_are_of_an_earlier_boot),
        TEST(services_are_measured_until_they_are_up_or_have_ended),
        TEST(what_stopped_slowly_has_its_limit),
        TEST(a_clock_that_was_set_is_noticed),
    };

    return RUN_TESTS(tests);
}
