/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* PID 1, asked over its private socket, which works with the bus already down, or through
 * systemctl, which knows about polkit, inhibitors and wall messages. */

enum {
    SHUTDOWN_NONE,   /* the machine goes on: a soft-reboot, or a service is stopped by hand */
    SHUTDOWN_REBOOT, /* reboot.target is starting */
    SHUTDOWN_KEXEC,  /* kexec.target is */
    SHUTDOWN_OFF,    /* poweroff.target or halt.target is */
};

/* What is under way, one of the above, with the id of that job unless it is SHUTDOWN_NONE; or a
 * negative errno. */
int systemd_shutdown_job(uint32_t *ret_id);

/* Makes PID 1 end this system by kexec, at once: it kills all that is left, unmounts, and jumps. 0
 * or a negative errno. */
int systemd_kexec(void);

/* The state of a unit, "active" or another word of systemd's, for free(). 0 or a negative errno. */
int systemd_unit_state(const char *unit, char **ret_state);

/* Stops a unit, without waiting until it is stopped. 0 or a negative errno. */
int systemd_stop(const char *unit);

/* Arms the first watchdog, through PID 1, for the kexec: it then resets the machine
 * unless the next system feeds or stops it within `seconds`. 0; -ERANGE when the hardware does not
 * take that time; another negative errno. `root` is where to read what it took. */
int systemd_arm_watchdog(int root, unsigned seconds);

/* Runs systemctl with these arguments, a NULL-terminated array without the program's name.
 * `environment` are further "NAME=VALUE", or NULL. 0 when it succeeded, a positive exit status, or
 * a negative errno. */
int systemctl(const char *const arguments[], const char *const environment[]);

/* Reboots as `systemctl reboot` does (inhibitors, polkit, wall message), but never into a kernel
 * that is loaded. As systemctl(). */
int systemd_reboot_through_firmware(void);
