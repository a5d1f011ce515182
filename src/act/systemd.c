/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/systemd.h"

#include <errno.h>
#include <spawn.h>
#include <systemd/sd-login.h>

#include "act/manager.h"
#include "base/child.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_JOBS = 3, /* to name */
};

static int kind_of(const char *unit, const char *type)
{
    static const struct {
        const char *unit;
        int kind;
    } TARGETS[] = {
        {"reboot.target", SHUTDOWN_REBOOT},
        {"kexec.target", SHUTDOWN_KEXEC},
        {"poweroff.target", SHUTDOWN_OFF},
        {"halt.target", SHUTDOWN_OFF},
    };

    for (size_t i = 0; i < ELEMENTS(TARGETS); i++)
        if (streq(type, "start") && streq(unit, TARGETS[i].unit))
            return TARGETS[i].kind;
    return SHUTDOWN_NONE;
}

/* Searches an array of (id, unit, type, state, path of the job, path of the unit). */
static int find_shutdown(sd_bus_message *jobs, uint32_t *ret_id)
{
    const char *unit, *type;
    uint32_t id;
    int r = sd_bus_message_enter_container(jobs, 'a', "(usssoo)");

    while (r >= 0) {
        r = sd_bus_message_read(jobs, "(usssoo)", &id, &unit, &type, NULL, NULL, NULL);
        if (r <= 0)
            return r;
        if (kind_of(unit, type) != SHUTDOWN_NONE) {
            *ret_id = id;
            return kind_of(unit, type);
        }
    }
    return r;
}

int systemd_shutdown_job(uint32_t *ret_id)
{
    AUTOBUS sd_bus *bus = NULL;
    AUTOMESSAGE sd_bus_message *jobs = NULL;
    int r = manager_open(&bus);

    if (r >= 0)
        r = manager_call(bus, "ListJobs", &jobs);
    return r < 0 ? r : find_shutdown(jobs, ret_id);
}

/* Says in *ret_jobs what is running, other than this program. Gives whether multi-user.target is
 * still to be started. */
static int find_boot(sd_bus_message *jobs, char **ret_jobs)
{
    const char *unit, *type, *state;
    bool waits = false;
    int n = 0, r = sd_bus_message_enter_container(jobs, 'a', "(usssoo)");

    while (r >= 0) {
        r = sd_bus_message_read(jobs, "(usssoo)", NULL, &unit, &type, &state, NULL, NULL);
        if (r <= 0)
            return r < 0 ? r : waits;
        if (!streq(type, "start"))
            continue;
        waits = waits || streq(unit, "multi-user.target");
        if (streq(state, "running") && !after_prefix(unit, "fastreboot") && n++ < MAX_JOBS)
            append_text(ret_jobs, ", ", unit);
    }
    return r;
}

int systemd_boot_waits(char **ret_jobs)
{
    AUTOBUS sd_bus *bus = NULL;
    AUTOMESSAGE sd_bus_message *reply = NULL;
    AUTOFREE char *jobs = NULL;
    int r = manager_open(&bus);

    *ret_jobs = NULL;
    if (r >= 0)
        r = manager_call(bus, "ListJobs", &reply);
    if (r >= 0)
        r = find_boot(reply, &jobs);
    if (r > 0)
        *ret_jobs = jobs ? steal(&jobs) : xstrdup("multi-user.target");
    return r;
}

bool systemd_is_starting_us(void)
{
    AUTOFREE char *unit = NULL, *state = NULL;

    return sd_pid_get_unit(0, &unit) >= 0 && systemd_unit_state(unit, &state) >= 0 &&
           streq(state, "activating");
}

long systemd_boot_seconds(void)
{
    AUTOBUS sd_bus *bus = NULL;
    uint64_t microseconds = 0;
    int r = manager_open(&bus);

    if (r >= 0)
        r = sd_bus_get_property_trivial(bus, NULL, MANAGER_PATH, MANAGER,
                                        "FinishTimestampMonotonic", NULL, 't', &microseconds);
    return r < 0 || !microseconds ? 0 : (long)(microseconds / 1000000) + 1;
}

int systemd_kexec(void)
{
    AUTOBUS sd_bus *bus = NULL;
    AUTOMESSAGE sd_bus_message *reply = NULL;
    int r = manager_open(&bus);

    return r < 0 ? r : manager_call(bus, "KExec", &reply);
}

/* Gives the path of a unit's object, which is in `reply`. */
static int find_unit(sd_bus *bus, const char *unit, sd_bus_message **reply, const char **ret_path)
{
    /* Also works for a unit that was never started. */
    int r =
        sd_bus_call_method(bus, NULL, MANAGER_PATH, MANAGER, "LoadUnit", NULL, reply, "s", unit);

    return r < 0 ? r : sd_bus_message_read(*reply, "o", ret_path);
}

int systemd_unit_state(const char *unit, char **ret_state)
{
    AUTOBUS sd_bus *bus = NULL;
    AUTOMESSAGE sd_bus_message *reply = NULL;
    const char *path;
    int r = manager_open(&bus);

    if (r >= 0)
        r = find_unit(bus, unit, &reply, &path);
    if (r < 0)
        return r;
    r = sd_bus_get_property_string(bus, NULL, path, "org.freedesktop.systemd1.Unit", "ActiveState",
                                   NULL, ret_state);
    return r < 0 ? r : 0;
}

/* "/usr/sbin/fastreboot jump", or that behind another program that starts it. */
static bool runs(char *const argv[], const char *arguments)
{
    AUTOFREE char *end = format("/fastreboot %s", arguments), *line = NULL;
    size_t length, n = strlen(end);

    for (size_t i = 0; argv && argv[i]; i++)
        append_text(&line, " ", argv[i]);
    length = line ? strlen(line) : 0;
    return length >= n && streq(line + length - n, end);
}

/* Searches an array of (program, arguments, whether a failure counts, times, process, status). */
static int find_command(sd_bus_message *commands, const char *arguments)
{
    int r = sd_bus_message_enter_container(commands, 'a', "(sasbttttuii)");

    while (r >= 0) {
        CLEANUP(names_freep) char **argv = NULL;

        r = sd_bus_message_enter_container(commands, 'r', "sasbttttuii");
        if (r <= 0)
            return r;
        r = sd_bus_message_skip(commands, "s");
        if (r >= 0)
            r = sd_bus_message_read_strv(commands, &argv);
        if (r >= 0 && runs(argv, arguments))
            return 1;
        if (r >= 0)
            r = sd_bus_message_skip(commands, "bttttuii");
        if (r >= 0)
            r = sd_bus_message_exit_container(commands);
    }
    return r;
}

int systemd_runs(const char *unit, const char *property, const char *arguments)
{
    AUTOBUS sd_bus *bus = NULL;
    AUTOMESSAGE sd_bus_message *reply = NULL, *commands = NULL;
    const char *path;
    int r = manager_open(&bus);

    if (r >= 0)
        r = find_unit(bus, unit, &reply, &path);
    if (r >= 0)
        r = sd_bus_get_property(bus, NULL, path, "org.freedesktop.systemd1.Service", property, NULL,
                                &commands, "a(sasbttttuii)");
    return r < 0 ? r : find_command(commands, arguments);
}

/* Queues a job for a unit. */
static int queue(const char *method, const char *unit, const char *mode)
{
    AUTOBUS sd_bus *bus = NULL;
    AUTOMESSAGE sd_bus_message *reply = NULL;
    int r = manager_open(&bus);

    if (r >= 0)
        r = sd_bus_call_method(bus, NULL, MANAGER_PATH, MANAGER, method, NULL, &reply, "ss", unit,
                               mode);
    return r < 0 ? r : 0;
}

int systemd_start(const char *unit)
{
    return queue("StartUnit", unit, "replace");
}

int systemd_stop(const char *unit)
{
    return queue("StopUnit", unit, "replace");
}

int systemd_start_alone(const char *unit)
{
    return queue("StartUnit", unit, "ignore-dependencies");
}

static int set_microseconds(sd_bus *bus, const char *property, uint64_t value)
{
    return sd_bus_set_property(bus, NULL, MANAGER_PATH, MANAGER, property, NULL, "t", value);
}

/* Checks that the hardware accepts the time: otherwise PID 1 continues with the previous one, which
 * may be too short for a healthy system to start. */
int systemd_arm_watchdog(int root, unsigned seconds)
{
    AUTOBUS sd_bus *bus = NULL;
    uint64_t microseconds = (uint64_t)seconds * 1000000;
    long taken = 0;
    int r = manager_open(&bus);

    if (r >= 0)
        r = set_microseconds(bus, "RuntimeWatchdogUSec", microseconds);
    if (r >= 0)
        r = root_read_number(root, "sys/class/watchdog/watchdog0/timeout", &taken);
    if (r >= 0 && taken != (long)seconds)
        return -ERANGE;
    return r < 0 ? r : set_microseconds(bus, "KExecWatchdogUSec", microseconds);
}

/* What the program says, a question of molly-guard's for example, is to be seen also where standard
 * output is not. */
static int spawn(const char *path, char *const argv[], pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    int r = posix_spawn_file_actions_init(&actions);

    if (r != 0)
        return r;
    r = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawnp(ret_pid, path, &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return r;
}

int systemd_run(const char *path, const char *const arguments[], const char *const environment[])
{
    AUTOFREE char **argv = NULL;
    size_t n = 0;
    pid_t pid;
    int r;

    while (arguments[n])
        n++;
    argv = xcalloc(n + 2, sizeof(*argv));
    argv[0] = (char *)path;
    for (size_t i = 0; i < n; i++)
        argv[i + 1] = (char *)arguments[i];
    for (int i = 0; environment && environment[i]; i++)
        (void)putenv((char *)environment[i]);
    r = spawn(path, argv, &pid);
    return r > 0 ? -r : child_wait(pid);
}

int systemctl(const char *const arguments[], const char *const environment[])
{
    return systemd_run("systemctl", arguments, environment);
}

const char *const SYSTEMD_NOT_KEXEC[] = {"SYSTEMCTL_SKIP_AUTO_KEXEC=1",
                                         "SYSTEMCTL_SKIP_AUTO_SOFT_REBOOT=1", NULL};

int systemd_reboot_through_firmware(void)
{
    static const char *const REBOOT[] = {"reboot", "-i", NULL};

    return systemctl(REBOOT, SYSTEMD_NOT_KEXEC);
}
