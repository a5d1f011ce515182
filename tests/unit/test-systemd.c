/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* act/systemd.c with a fake PID 1 made with sd-bus, on the test's own socket. */

#include "act/systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>

#include "pid1-made.h"
#include "test.h"
#include "tree.h"

/* Jobs as "UNIT TYPE" or "UNIT TYPE STATE", or NULL where PID 1 answers nothing but errors. */
static const char *const *jobs;
static char address[128];
static struct tree *tree;

/* Replaces libsystemd's function, so that no other PID 1 can be reached. */
int __real_sd_bus_set_address(sd_bus *bus, const char *given);
int __wrap_sd_bus_set_address(sd_bus *bus, const char *given);
int __wrap_sd_bus_set_address(sd_bus *bus, const char *given)
{
    assert_string_equal(given, "unix:path=/run/systemd/private");
    return __real_sd_bus_set_address(bus, address);
}

/* While PID 1 is silent, waiting takes no time: the time to wait is counted as passed. */
static bool silent;
static int64_t passed;

int __real_sd_bus_wait(sd_bus *bus, uint64_t microseconds);
int __wrap_sd_bus_wait(sd_bus *bus, uint64_t microseconds);
int __wrap_sd_bus_wait(sd_bus *bus, uint64_t microseconds)
{
    if (!silent)
        return __real_sd_bus_wait(bus, microseconds);
    assert_true(microseconds <= 5 * 1000000);
    passed += (int64_t)microseconds;
    return 0;
}

int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
    int r = __real_clock_gettime(clock, time);

    time->tv_sec += passed / 1000000;
    time->tv_nsec += passed % 1000000 * 1000;
    return r;
}

static void note(const char *text)
{
    AUTOFREE char *before = tree_read(tree, "asked");
    AUTOFREE char *now = format("%s%s\n", before ? before : "", text);

    tree_write(tree, "asked", now);
}

static int list_jobs(sd_bus_message *call, void *data, sd_bus_error *error)
{
    CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

    (void)data, (void)error;
    assert_true(sd_bus_message_new_method_return(call, &reply) >= 0);
    assert_true(sd_bus_message_open_container(reply, 'a', "(usssoo)") >= 0);
    for (uint32_t i = 0; jobs[i]; i++) {
        AUTOFREE char *unit = xstrdup(jobs[i]);
        char *type = strchr(unit, ' '), *job_state;

        *type++ = 0;
        job_state = strchr(type, ' ');
        if (job_state)
            *job_state++ = 0;
        assert_true(sd_bus_message_append(reply, "(usssoo)", i + 5, unit, type,
                                          job_state ? job_state : "waiting", "/j", "/u") >= 0);
    }
    assert_true(sd_bus_message_close_container(reply) >= 0);
    return sd_bus_send(NULL, reply, NULL);
}

static int take(sd_bus_message *call, void *data, sd_bus_error *error)
{
    const char *first = "", *second = "";
    AUTOFREE char *text = NULL;

    (void)data, (void)error;
    if (sd_bus_message_has_signature(call, "ss"))
        (void)sd_bus_message_read(call, "ss", &first, &second);
    text = format("%s %s %s", sd_bus_message_get_member(call), first, second);
    note(text);
    return sd_bus_reply_method_return(call, sd_bus_message_has_signature(call, "ss") ? "o" : "",
                                      "/j");
}

static int load_unit(sd_bus_message *call, void *data, sd_bus_error *error)
{
    const char *unit;

    (void)data, (void)error;
    assert_true(sd_bus_message_read(call, "s", &unit) >= 0);
    note(unit);
    return sd_bus_reply_method_return(call, "o", "/unit");
}

static int get_state(sd_bus *bus, const char *path, const char *interface, const char *property,
                     sd_bus_message *reply, void *data, sd_bus_error *error)
{
    (void)bus, (void)path, (void)interface, (void)property, (void)data, (void)error;
    return sd_bus_message_append(reply, "s", "activating");
}

static int get_time(sd_bus *bus, const char *path, const char *interface, const char *property,
                    sd_bus_message *reply, void *data, sd_bus_error *error)
{
    (void)bus, (void)path, (void)interface, (void)property, (void)data, (void)error;
    return sd_bus_message_append(reply, "t", (uint64_t)0);
}

static int get_finish(sd_bus *bus, const char *path, const char *interface, const char *property,
                      sd_bus_message *reply, void *data, sd_bus_error *error)
{
    (void)bus, (void)path, (void)interface, (void)property, (void)data, (void)error;
    return sd_bus_message_append(reply, "t", (uint64_t)21500000);
}

/* The hardware counts to at most 255. */
static int set_time(sd_bus *bus, const char *path, const char *interface, const char *property,
                    sd_bus_message *value, void *data, sd_bus_error *error)
{
    uint64_t microseconds;
    AUTOFREE char *text = NULL, *taken = NULL;

    (void)bus, (void)path, (void)interface, (void)data, (void)error;
    assert_true(sd_bus_message_read(value, "t", &microseconds) >= 0);
    text = format("%s %u", property, (unsigned)(microseconds / 1000000));
    note(text);
    taken = format("%u\n", microseconds > 255000000 ? 255 : (unsigned)(microseconds / 1000000));
    tree_write(tree, "sys/class/watchdog/watchdog0/timeout", taken);
    return 0;
}

static const sd_bus_vtable MANAGER[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("ListJobs", "", "a(usssoo)", list_jobs, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("KExec", "", "", take, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("StopUnit", "ss", "o", take, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("StartUnit", "ss", "o", take, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("LoadUnit", "s", "o", load_unit, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_WRITABLE_PROPERTY("RuntimeWatchdogUSec", "t", get_time, set_time, 0,
                             SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_WRITABLE_PROPERTY("KExecWatchdogUSec", "t", get_time, set_time, 0,
                             SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_PROPERTY("FinishTimestampMonotonic", "t", get_finish, 0, 0),
    SD_BUS_VTABLE_END,
};

/* As systemd has read "ExecStop=-/usr/sbin/fastreboot load --at-shutdown" and what comes first. */
static int get_commands(sd_bus *bus, const char *path, const char *interface, const char *property,
                        sd_bus_message *reply, void *data, sd_bus_error *error)
{
    static const char *const COMMANDS[][4] = {{"/bin/true", "load --at-shutdown"},
                                              {"/usr/sbin/fastreboot", "load", "--at-shutdown"}};

    (void)bus, (void)path, (void)interface, (void)property, (void)data, (void)error;
    assert_true(sd_bus_message_open_container(reply, 'a', "(sasbttttuii)") >= 0);
    for (size_t i = 0; i < ELEMENTS(COMMANDS); i++) {
        assert_true(sd_bus_message_open_container(reply, 'r', "sasbttttuii") >= 0);
        assert_true(sd_bus_message_append(reply, "s", COMMANDS[i][0]) >= 0);
        assert_true(sd_bus_message_append_strv(reply, (char **)COMMANDS[i]) >= 0);
        assert_true(sd_bus_message_append(reply, "bttttuii", 1, (uint64_t)0, (uint64_t)0,
                                          (uint64_t)0, (uint64_t)0, 0, 0, 0) >= 0);
        assert_true(sd_bus_message_close_container(reply) >= 0);
    }
    return sd_bus_message_close_container(reply);
}

static int get_no_commands(sd_bus *bus, const char *path, const char *interface,
                           const char *property, sd_bus_message *reply, void *data,
                           sd_bus_error *error)
{
    (void)bus, (void)path, (void)interface, (void)property, (void)data, (void)error;
    return sd_bus_message_append(reply, "a(sasbttttuii)", 0);
}

static const sd_bus_vtable SERVICE[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("ExecStop", "a(sasbttttuii)", get_commands, 0, 0),
    SD_BUS_PROPERTY("ExecStart", "a(sasbttttuii)", get_no_commands, 0, 0),
    SD_BUS_VTABLE_END,
};

static const sd_bus_vtable UNIT[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("ActiveState", "s", get_state, 0, 0),
    SD_BUS_VTABLE_END,
};

static void add_all(sd_bus *bus)
{
    if (silent)
        (void)pause();
    if (jobs && (sd_bus_add_object_vtable(bus, NULL, PID1_PATH, "org.freedesktop.systemd1.Manager",
                                          MANAGER, NULL) < 0 ||
                 sd_bus_add_object_vtable(bus, NULL, "/unit", "org.freedesktop.systemd1.Unit", UNIT,
                                          NULL) < 0 ||
                 sd_bus_add_object_vtable(bus, NULL, "/unit", "org.freedesktop.systemd1.Service",
                                          SERVICE, NULL) < 0))
        _exit(1);
}

static pid_t begin(void)
{
    return pid1_begin(tree, add_all, address);
}

static void end(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void expect_asked(const char *text)
{
    AUTOFREE char *asked = tree_read(tree, "asked");

    assert_string_equal(asked ? asked : "", text);
}

static void the_kind_of_a_shutdown_is_known(void **state)
{
    static const struct {
        const char *jobs[4];
        int kind;
        uint32_t id;
    } CASES[] = {
        {{NULL}, SHUTDOWN_NONE, 0},
        {{"a.service stop", "reboot.target start", "b.service stop"}, SHUTDOWN_REBOOT, 6},
        {{"a.service stop", "b.service stop", "kexec.target start"}, SHUTDOWN_KEXEC, 7},
        {{"poweroff.target start"}, SHUTDOWN_OFF, 5},
        {{"halt.target start"}, SHUTDOWN_OFF, 5},
        {{"soft-reboot.target start"}, SHUTDOWN_NONE, 0},
        {{"reboot.target stop", "reboot.service start"}, SHUTDOWN_NONE, 0},
    };

    tree = *state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        uint32_t id = 0;
        pid_t pid;

        jobs = CASES[i].jobs;
        pid = begin();
        assert_int_equal(systemd_shutdown_job(&id), CASES[i].kind);
        assert_int_equal(id, CASES[i].id);
        end(pid);
    }
}

static void what_the_boot_waits_for_is_known(void **state)
{
    static const struct {
        const char *jobs[6];
        int waits;
        const char *text;
    } CASES[] = {
        {{NULL}, 0, NULL},
        {{"a.service start"}, 0, NULL},
        {{"multi-user.target stop", "emergency.target start"}, 0, NULL},
        {{"multi-user.target start"}, 1, "multi-user.target"},
        {{"a.service start running", "multi-user.target start",
          "fastreboot-health.service start "
          "running",
          "b.service start", "c.device start running"},
         1,
         "a.service, c.device"},
        {{"multi-user.target start", "a.service start running", "b.service start running",
          "c.service start running", "d.service start running"},
         1,
         "a.service, b.service, c.service"},
    };

    tree = *state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        AUTOFREE char *text = NULL;
        pid_t pid;

        jobs = CASES[i].jobs;
        pid = begin();
        assert_int_equal(systemd_boot_waits(&text), CASES[i].waits);
        assert_int_equal(text != NULL, CASES[i].text != NULL);
        if (text)
            assert_string_equal(text, CASES[i].text);
        end(pid);
    }
}

static void how_long_the_boot_took_is_known(void **state)
{
    static const char *const NONE[] = {NULL};
    pid_t pid;

    tree = *state;
    jobs = NONE;
    pid = begin();
    assert_int_equal(systemd_boot_seconds(), 22);
    end(pid);
}

static void pid_1_is_asked_for_kexec(void **state)
{
    static const char *const NONE[] = {NULL};
    pid_t pid;

    tree = *state;
    jobs = NONE;
    pid = begin();
    assert_true(systemd_kexec() >= 0);
    expect_asked("KExec  \n");
    end(pid);
}

static void what_systemd_would_run_is_known(void **state)
{
    static const char *const NONE[] = {NULL};
    static const struct {
        const char *property, *arguments;
        int runs;
    } CASES[] = {
        {"ExecStop", "load --at-shutdown", 1},
        {"ExecStop", "load", 0},
        {"ExecStop", "jump", 0},
        {"ExecStart", "jump", 0}, /* an empty assignment, or a unit that is not there */
    };

    tree = *state;
    jobs = NONE;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        pid_t pid = begin();

        assert_int_equal(systemd_runs("x.service", CASES[i].property, CASES[i].arguments),
                         CASES[i].runs);
        end(pid);
    }
}

static void units_are_stopped_started_and_looked_at(void **state)
{
    static const char *const NONE[] = {NULL};
    AUTOFREE char *unit_state = NULL;
    pid_t pid;

    tree = *state;
    jobs = NONE;
    pid = begin();
    assert_int_equal(systemd_stop("x.timer"), 0);
    end(pid);
    pid = begin();
    assert_int_equal(systemd_start_alone("boot.mount"), 0);
    end(pid);
    pid = begin();
    assert_int_equal(systemd_unit_state("sshd.service", &unit_state), 0);
    assert_string_equal(unit_state, "activating");
    expect_asked("StopUnit x.timer replace\n"
                 "StartUnit boot.mount ignore-dependencies\nsshd.service\n");
    end(pid);
}

/* If the hardware does not accept the time, the watchdog is not armed for the kexec: its timeout
 * may be too short. */
static void the_watchdog_must_take_the_time(void **state)
{
    static const char *const NONE[] = {NULL};
    pid_t pid;

    tree = *state;
    jobs = NONE;
    pid = begin();
    assert_true(systemd_arm_watchdog(tree->root, 180) >= 0);
    expect_asked("RuntimeWatchdogUSec 180\nKExecWatchdogUSec 180\n");
    end(pid);
    tree_remove(tree, "asked");
    pid = begin();
    assert_int_equal(systemd_arm_watchdog(tree->root, 600), -ERANGE);
    expect_asked("RuntimeWatchdogUSec 600\n");
    end(pid);
}

static void no_answer_is_an_error(void **state)
{
    AUTOFREE char *unit_state = NULL;
    uint32_t id;
    pid_t pid;

    tree = *state;
    jobs = NULL;
    pid = begin();
    assert_true(systemd_shutdown_job(&id) < 0);
    end(pid);
    pid = begin();
    assert_true(systemd_kexec() < 0);
    end(pid);
    /* Also without any PID 1. */
    assert_true(systemd_shutdown_job(&id) < 0);
    assert_true(systemd_kexec() < 0);
    assert_true(systemd_stop("x.timer") < 0);
    assert_true(systemd_unit_state("x.service", &unit_state) < 0);
    assert_true(systemd_boot_waits(&unit_state) < 0);
    assert_int_equal(systemd_boot_seconds(), 0);
    assert_true(systemd_arm_watchdog(tree->root, 180) < 0);
}

/* PID 1 accepts the connection and says nothing, not even who it is: by itself, sd-bus would wait
 * for 90 seconds. */
static void silence_ends_in_time(void **state)
{
    uint32_t id;
    pid_t pid;

    tree = *state;
    silent = true;
    pid = begin();
    (void)alarm(60);
    assert_int_equal(systemd_shutdown_job(&id), -ETIMEDOUT);
    (void)alarm(0);
    assert_true(passed >= 4 * 1000000 && passed <= 5 * 1000000);
    end(pid);
    silent = false;
    passed = 0;
}

/* systemctl itself */

static void write_systemctl(const char *script)
{
    AUTOFREE char *path = format("%s/bin", tree->path), *text = format("#!/bin/sh\n%s\n", script);

    tree_write(tree, "bin/systemctl", text);
    tree_mode(tree, "bin/systemctl", 0755);
    assert_int_equal(setenv("PATH", path, 1), 0);
}

/* With --quiet standard output is not seen. */
static void expect_question(void)
{
    int before = dup(STDERR_FILENO);
    AUTOFREE char *seen = NULL;

    tree_write(tree, "seen", "");
    {
        AUTOCLOSE int fd = openat(tree->root, "seen", O_WRONLY | O_CLOEXEC);

        assert_true(dup2(fd, STDERR_FILENO) >= 0);
    }
    write_systemctl("echo 'Which host?'");
    assert_int_equal(systemctl((const char *const[]){"reboot", NULL}, NULL), 0);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    (void)close(before);
    seen = tree_read(tree, "seen");
    assert_string_equal(seen, "Which host?\n");
}

static void systemctl_is_run(void **state)
{
    static const char *const MASK[] = {"mask", "x.service", NULL};
    static const char *const MANY[] = {"1",  "2",  "3",  "4",  "5",  "6",  "7",  "8",  "9",  "10",
                                       "11", "12", "13", "14", "15", "16", "17", "18", "19", NULL};
    AUTOFREE char *script = NULL;

    tree = *state;
    script = format("echo \"$@ $SYSTEMCTL_SKIP_AUTO_KEXEC\" >%s/asked; exit 4", tree->path);
    write_systemctl(script);
    assert_int_equal(systemctl(MASK, NULL), 4);
    expect_asked("mask x.service \n");
    assert_int_equal(systemd_reboot_through_firmware(), 4);
    expect_asked("reboot -i 1\n");
    expect_question();
    write_systemctl("exit $#");
    assert_int_equal(systemctl(MANY, NULL), ELEMENTS(MANY) - 1);
    write_systemctl("kill -9 $$");
    assert_int_equal(systemctl(MASK, NULL), 128 + 9);
    tree_remove(tree, "bin/systemctl");
    assert_true(systemctl(MASK, NULL) != 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_kind_of_a_shutdown_is_known),
        TEST(what_the_boot_waits_for_is_known),
        TEST(how_long_the_boot_took_is_known),
        TEST(pid_1_is_asked_for_kexec),
        TEST(what_systemd_would_run_is_known),
        TEST(units_are_stopped_started_and_looked_at),
        TEST(the_watchdog_must_take_the_time),
        TEST(no_answer_is_an_error),
        TEST(silence_ends_in_time),
        TEST(systemctl_is_run),
    };

    return RUN_TESTS(tests);
}
