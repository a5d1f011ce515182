/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tree.h"

/* A fake kernel and PID 1: a test that lists fakes.c uses them instead of act/kexec.c and
 * act/systemd.c. Their state is in the tree, so that it outlives a process: sys/kernel/kexec_loaded
 * and the files below. */

#define FAKE_CMDLINE "fake/cmdline" /* of the kernel loaded last */
#define FAKE_JUMP "fake/jump"       /* PID 1 was asked for kexec */
#define FAKE_STARTED "fake/started" /* the units that PID 1 was asked to start */
#define FAKE_REBOOT "fake/reboot"   /* a reboot through the firmware was asked for */

struct fake {
    const struct tree *tree;
    int shutdown;     /* what is under way, as systemd_shutdown_job() says */
    uint32_t job;     /* its id */
    int load_error;   /* a positive errno for which the kernel refuses to load, or 0 */
    int unload_error; /* the same for dropping */
    int jump_error;   /* for which PID 1 refuses to kexec */
    int reboot_error; /* a reboot through the firmware is refused: an errno, or below 0 a status */
    int start_error;  /* for which it refuses to start a unit */
    int watchdog_error;  /* for which it does not arm the watchdog */
    unsigned armed;      /* seconds that the watchdog was armed for */
    int loads, unloads;  /* how often the kernel was asked */
    bool inside;         /* what is written now is the fake's own */
    void (*point)(void); /* called before and after each change, or NULL */
};

extern struct fake fake;

/* Starts with a machine on which nothing is loaded and no shutdown is under way. */
void fake_reset(const struct tree *tree);
