/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tree.h"

/* A fake kernel and PID 1: a test that lists fakes.c uses them instead of act/kexec.c and
 * act/systemd.c. Their state is in the tree, so that it outlives a process: sys/kernel/kexec_loaded
 * and the files below. */

#define FAKE_LIMIT "proc/sys/kernel/kexec_load_limit_reboot"
#define FAKE_CMDLINE "fake/cmdline" /* of the kernel loaded last */
#define FAKE_JUMP "fake/jump"       /* PID 1 was asked to kexec */
#define FAKE_STARTED "fake/started" /* the units that PID 1 was asked to start */
#define FAKE_REBOOT "fake/reboot"   /* a firmware reboot was requested */
#define FAKE_RUN "fake/run"         /* the last command that was run, with its environment */

struct fake {
    const struct tree *tree;
    int shutdown;       /* the shutdown under way, see systemd_shutdown_job() */
    uint32_t job;       /* the id of its job */
    int load_error;     /* a positive errno with which the kernel refuses to load, or 0 */
    int unload_error;   /* likewise for unloading */
    int count_error;    /* with which it refuses to count the loads */
    int jump_error;     /* with which PID 1 refuses to kexec */
    int reboot_error;   /* a firmware reboot is refused: an errno; if negative, an exit status */
    int run_status;     /* of a command that is run: an exit status, or a negative errno */
    uint64_t scheduled; /* when logind is to reboot, or 0 */
    int start_error;    /* with which it refuses to start a unit */
    int watchdog_error; /* with which it refuses to arm the watchdog */
    unsigned armed;     /* the timeout of the watchdog in seconds */
    int loads, unloads; /* number of calls */
    off_t kernel_size;  /* of the file that was loaded last */
    size_t secret_size; /* of what it got behind its initrds */
    bool inside;        /* the fake itself is writing */
    const char *stale;  /* the unit that systemd has read before its files were as they should be */
    const char *(*unit_state)(const char *unit); /* NULL: all are active */
    void (*point)(void);                         /* called before and after each change, or NULL */
};

extern struct fake fake;

/* Starts with a machine on which nothing is loaded and no shutdown is under way. */
void fake_reset(const struct tree *tree);
