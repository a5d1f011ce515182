/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Requests to PID 1: over its private socket, which works even after the bus is down; or through
 * systemctl, which handles polkit, inhibitors and wall messages. */

enum {
    SHUTDOWN_NONE,   /* no shutdown: a soft-reboot, or the service is stopped by hand */
    SHUTDOWN_REBOOT, /* reboot.target is starting */
    SHUTDOWN_KEXEC,  /* kexec.target is starting */
    SHUTDOWN_OFF,    /* poweroff.target or halt.target is starting */
};

/* Which shutdown is under way, one of the above, with the id of its job unless it is SHUTDOWN_NONE;
 * or a negative errno. */
int systemd_shutdown_job(uint32_t *ret_id);

/* Whether the boot has still to start multi-user.target, and the jobs that are running for it, such
 * as "systemd-cryptsetup@data.service", for free(): 1, 0 or a negative errno. Neither emergency nor
 * rescue mode is waiting for it. */
int systemd_boot_waits(char **ret_jobs);

/* Whether this program runs in a service that is still starting, so that whatever is ordered after
 * it waits for this program. */
bool systemd_is_starting_us(void);

/* Seconds from the kernel's start until systemd had started everything for the first time; 0 when
 * it has not, or does not say. */
long systemd_boot_seconds(void);

/* Makes PID 1 end this system by kexec at once: it kills what is still running, unmounts, and
 * jumps. 0 or a negative errno. */
int systemd_kexec(void);

/* Reads the state of a unit, "active" or another of systemd's; the caller frees it. 0 or a negative
 * errno. */
int systemd_unit_state(const char *unit, char **ret_state);

/* Whether the commands that systemd has read for `property` of a service, such as "ExecStop", run
 * fastreboot with these arguments: 1, 0 or a negative errno. Its files may have changed since. */
int systemd_runs(const char *unit, const char *property, const char *arguments);

/* Starts a unit without waiting for it. 0 or a negative errno. */
int systemd_start(const char *unit);

/* Stops a unit without waiting for it. 0 or a negative errno. */
int systemd_stop(const char *unit);

/* Starts a unit without waiting for it, and without the jobs for what it requires, conflicts with
 * or comes after: during a shutdown PID 1 would refuse those. 0 or a negative errno. */
int systemd_start_alone(const char *unit);

/* Arms the first watchdog for the kexec, through PID 1: it resets the machine unless the next
 * system feeds or stops it within `seconds`. 0; -ERANGE if the hardware does not accept that time;
 * or another negative errno. The accepted time is read below `root`. */
int systemd_arm_watchdog(int root, unsigned seconds);

/* For systemd_run(), so that a reboot starts neither a loaded kernel nor another root file system.
 */
extern const char *const SYSTEMD_NOT_KEXEC[];

/* Runs the program at `path` (or found in $PATH) with these arguments, as systemctl() does. What it
 * prints goes to standard error. */
int systemd_run(const char *path, const char *const arguments[], const char *const environment[]);

/* Runs systemctl with these arguments, a NULL-terminated array without the program's name.
 * `environment` is a NULL-terminated array of additional "NAME=VALUE", or NULL. Returns 0 on
 * success, a positive exit status, or a negative errno. */
int systemctl(const char *const arguments[], const char *const environment[]);

/* Reboots like `systemctl reboot` (polkit, wall message), but never into a loaded kernel, and even
 * if the reboot is inhibited: see logind_inhibited(). Returns as systemctl(). */
int systemd_reboot_through_firmware(void);
