/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/together.h"

#include <signal.h>
#include <sys/prctl.h>
#include <syslog.h>
#include <unistd.h>

#include "test.h"

enum {
    SECOND = 1000000,
    DEVICES = 8,
};

#define FOO "pci/drivers/foo"

static char told[4096], warned[4096];
static int here[2], all[2]; /* pipes: a process is there, and may go on */

static void tell(int priority, const char *text)
{
    strcat(strcat(priority <= LOG_WARNING ? warned : told, text), "\n");
}

static unsigned run(const char *devices, int64_t limit, together_unbind unbind)
{
    *told = *warned = 0;
    return together_run(-1, devices, limit, unbind, tell);
}

/* Ends when as many are there as there are devices: one after the other they would never end. */
static int meet(int root, const char *driver, const char *device)
{
    char byte = 0;

    (void)root;
    if (!streq(driver, FOO) || strncmp(device, "0000:0", 6) != 0)
        return -EINVAL;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    return write(here[1], &byte, 1) == 1 && read(all[0], &byte, 1) == 1 ? 0 : -EIO;
}

/* Lets them go on when all are there. */
static pid_t conductor(void)
{
    pid_t pid = fork();
    char bytes[DEVICES];

    if (pid == 0) {
        for (size_t n = 0; n < DEVICES; n++)
            if (read(here[0], bytes, 1) != 1)
                _exit(1);
        _exit(write(all[1], bytes, DEVICES) == DEVICES ? 0 : 1);
    }
    return pid;
}

static void all_are_detached_at_the_same_time(void **state)
{
    AUTOFREE char *devices = NULL;
    pid_t pid;

    (void)state;
    for (int i = 0; i < DEVICES; i++) {
        AUTOFREE char *line = format(FOO "/0000:0%d:00.0", i);

        append_text(&devices, "\n", line);
    }
    assert_int_equal(pipe(here), 0);
    assert_int_equal(pipe(all), 0);
    pid = conductor();
    assert_int_equal(run(devices, 60 * (int64_t)SECOND, meet), DEVICES);
    assert_string_equal(warned, "");
    assert_non_null(strstr(told, "detaching 0000:07:00.0 from " FOO "\n"));
    assert_non_null(strstr(told, "detached 0000:07:00.0 from " FOO " in "));
    (void)kill(pid, SIGKILL);
}

static int hang_or_refuse(int root, const char *driver, const char *device)
{
    (void)root;
    (void)driver;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (streq(device, "hangs"))
        (void)pause();
    return streq(device, "refuses") ? -EPERM
           : streq(device, "gone")  ? -ENODEV
           : streq(device, "odd")   ? -4000
                                    : 0;
}

/* The limit counts for all of them, and the reboot goes on. */
static void one_that_hangs_is_left_behind(void **state)
{
    (void)state;
    assert_int_equal(run(FOO "/hangs\n" FOO "/fine\n" FOO "/refuses\n" FOO "/gone\n" FOO "/odd",
                         SECOND / 2, hang_or_refuse),
                     2);
    assert_non_null(strstr(told, "detached fine from " FOO));
    assert_non_null(strstr(told, "detached gone from " FOO));
    assert_non_null(strstr(warned, "hangs is still not detached from " FOO " after 0.5 s\n"));
    assert_non_null(strstr(warned, "refuses stays attached to " FOO ": Operation not permitted\n"));
    assert_non_null(strstr(warned, "odd stays attached to " FOO ": "));
}

static int see_name(int root, const char *driver, const char *device)
{
    (void)root;
    (void)driver;
    (void)device;
    return program_invocation_name[0] == '@' ? 0 : -EINVAL;
}

/* systemd-shutdown waits for every process whose name does not start with it. */
static void the_shutdown_does_not_wait_for_it(void **state)
{
    (void)state;
    assert_int_equal(run(FOO "/a", 60 * (int64_t)SECOND, see_name), 1);
    assert_int_not_equal(program_invocation_name[0], '@');
}

static void only_devices_of_drivers_are_taken(void **state)
{
    (void)state;
    assert_int_equal(run("pci/drivers/../../x/y\n" FOO "/..\nfoo\n", SECOND, see_name), 0);
    assert_non_null(strstr(warned, "foo is not the device of a driver\n"));
    assert_string_equal(told, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_detached_at_the_same_time),
        cmocka_unit_test(one_that_hangs_is_left_behind),
        cmocka_unit_test(the_shutdown_does_not_wait_for_it),
        cmocka_unit_test(only_devices_of_drivers_are_taken),
    };

    return RUN_TESTS(tests);
}
