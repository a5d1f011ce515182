/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fakes.h"

#include <errno.h>

#include "act/kexec.h"
#include "act/logind.h"
#include "act/network.h"
#include "act/systemd.h"
#include "base/root.h"
#include "base/util.h"

struct fake fake;

void fake_reset(const struct tree *tree)
{
    fake = (struct fake){.tree = tree, .shutdown = SHUTDOWN_NONE, .job = 7};
    tree_write(tree, "sys/kernel/kexec_loaded", "0\n");
}

static void point(void)
{
    if (fake.point)
        fake.point();
}

static void change(const char *path, const char *text)
{
    point();
    fake.inside = true;
    tree_write(fake.tree, path, text);
    fake.inside = false;
    point();
}

/* Takes one off the limit, as the kernel does before it looks at what it is to load. */
static bool is_permitted(void)
{
    AUTOFREE char *text = NULL;
    long left;

    if (root_read_number(fake.tree->root, FAKE_LIMIT, &left) < 0 || left < 0)
        return true;
    if (left == 0)
        return false;
    text = format("%ld\n", left - 1);
    fake.inside = true;
    tree_write(fake.tree, FAKE_LIMIT, text);
    fake.inside = false;
    return true;
}

int kexec_load(int kernel, const int *initrds, size_t n_initrds, const struct kexec_secret *secret,
               const char *cmdline)
{
    (void)initrds, (void)n_initrds;
    fake.secret_size = secret ? secret->size : 0;
    fake.loads++;
    fake.kernel_size = lseek(kernel, 0, SEEK_END);
    if (!is_permitted())
        return -EPERM;
    if (fake.load_error)
        return -fake.load_error;
    fake.inside = true;
    tree_write(fake.tree, FAKE_CMDLINE, cmdline);
    fake.inside = false;
    change("sys/kernel/kexec_loaded", "1\n");
    return 0;
}

int kexec_unload(void)
{
    fake.unloads++;
    if (!is_permitted())
        return -EPERM;
    if (fake.unload_error)
        return -fake.unload_error;
    change("sys/kernel/kexec_loaded", "0\n");
    return 0;
}

int kexec_count_loads(int root)
{
    long left;

    if (fake.count_error)
        return -fake.count_error;
    if (root_read_number(root, FAKE_LIMIT, &left) >= 0 && left < 0)
        change(FAKE_LIMIT, "2147483647\n");
    return 0;
}

const char *kexec_error(int error, const char *lockdown)
{
    (void)lockdown;
    return strerror(error < 0 ? -error : error);
}

int systemd_shutdown_job(uint32_t *ret_id)
{
    *ret_id = fake.job;
    return fake.shutdown;
}

int systemd_kexec(void)
{
    if (fake.jump_error)
        return -fake.jump_error;
    change(FAKE_JUMP, "");
    return 0;
}

int systemd_unit_state(const char *unit, char **ret_state)
{
    *ret_state = xstrdup(fake.unit_state ? fake.unit_state(unit) : "active");
    return 0;
}

int systemd_runs(const char *unit, const char *property, const char *arguments)
{
    (void)property, (void)arguments;
    return !(fake.stale && streq(unit, fake.stale));
}

int systemd_boot_waits(char **ret_jobs)
{
    *ret_jobs = NULL;
    return 0;
}

long systemd_boot_seconds(void)
{
    return 20;
}

int logind_inhibited(char **ret_who)
{
    *ret_who = NULL;
    return 0;
}

void network_ask(const char *gateway, const char *link)
{
    (void)gateway, (void)link;
}

int systemd_start(const char *unit)
{
    (void)unit;
    return 0;
}

int systemd_stop(const char *unit)
{
    (void)unit;
    return 0;
}

/* A mount unit, whose job has already ended. */
int systemd_start_alone(const char *unit)
{
    AUTOFREE char *started = tree_read(fake.tree, FAKE_STARTED), *mounts = NULL, *text = NULL;

    if (fake.start_error)
        return -fake.start_error;
    mounts = tree_read(fake.tree, "proc/self/mountinfo");
    text = format("%s%s ", started ? started : "", unit);
    change(FAKE_STARTED, text);
    set_text(&text, format("%s40 30 8:1 / /%s rw - ext4 /dev/sda1 rw\n", mounts,
                           streq(unit, "boot.mount") ? "boot" : "boot/efi"));
    change("proc/self/mountinfo", text);
    return 0;
}

int systemd_arm_watchdog(int root, unsigned seconds)
{
    (void)root;
    fake.armed = seconds;
    return -fake.watchdog_error;
}

const char *const SYSTEMD_NOT_KEXEC[] = {"NOT_KEXEC=1", NULL};

int systemd_run(const char *path, const char *const arguments[], const char *const environment[])
{
    AUTOFREE char *text = NULL;

    for (size_t i = 0; environment && environment[i]; i++)
        append_text(&text, " ", environment[i]);
    append_text(&text, " ", path);
    for (size_t i = 0; arguments[i]; i++)
        append_text(&text, " ", arguments[i]);
    change(FAKE_RUN, text);
    return fake.run_status;
}

int systemctl(const char *const arguments[], const char *const environment[])
{
    return systemd_run("systemctl", arguments, environment);
}

int logind_schedule_reboot(uint64_t time)
{
    fake.scheduled = time;
    return fake.run_status;
}

int logind_cancel_scheduled(void)
{
    bool was = fake.scheduled != 0;

    fake.scheduled = 0;
    return was;
}

int systemd_reboot_through_firmware(void)
{
    if (fake.reboot_error)
        return -fake.reboot_error;
    change(FAKE_REBOOT, "");
    return 0;
}
