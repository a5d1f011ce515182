/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Paths, relative to the root directory. */

#define RUN_DIR "run/fastreboot"
/* One firmware reboot was requested. */
#define RUN_NORMAL RUN_DIR "/normal"
/* The kernel that fastreboot has loaded (JSON). */
#define RUN_LOADED RUN_DIR "/loaded"
/* There if the kernel is loaded early (load = early). Also named in the early unit, and in the
 * hooks for packages, which start that. */
#define RUN_EARLY RUN_DIR "/early"
/* The load at shutdown has begun, and in which reboot (JSON). */
#define RUN_BEGUN RUN_DIR "/begun"
/* The jump may go ahead, and in which reboot (JSON). Also named in the condition of the modules
 * unit. */
#define RUN_JUMP RUN_DIR "/jump"
/* What to detach before the jump (JSON). Also named in the condition of the modules unit. */
#define RUN_MODULES RUN_DIR "/modules"
/* The next reboot, if it is fast, is traced (JSON). Also named in the condition of the modules
 * unit. */
#define RUN_TRACE RUN_DIR "/trace"
/* How this boot came about (JSON). */
#define RUN_BOOT RUN_DIR "/boot"
/* When the steps of the reboot that led to this boot were reached, until all of them are (JSON).
 * Also named in the condition of the times unit. */
#define RUN_TIMES RUN_DIR "/times"
/* What the last boot through the firmware left behind (JSON). */
#define RUN_FIRMWARE_BOOT RUN_DIR "/firmware-boot"
/* What the health check looks for, until it ends (JSON). Also named in the condition of the health
 * units. */
#define RUN_HEALTH RUN_DIR "/health"

/* What everybody who logs in is told while the machine will reboot itself. Also named in the
 * countdown unit. */
#define RUN_MOTD "run/motd.d/fastreboot"

#define STATE_DIR "var/lib/fastreboot"
/* The reboot under way (JSON). */
#define STATE_ATTEMPT STATE_DIR "/attempt"
/* An attempt that `fastreboot test` writes and removes (JSON): no boot judges it. */
#define STATE_TEST STATE_DIR "/test"
/* Earlier reboots, one line of JSON each. */
#define STATE_HISTORY STATE_DIR "/history"
/* When the steps of those reboots were reached, one line of JSON each. */
#define STATE_TIMES STATE_DIR "/times"
/* When the last shutdown came to its last step (JSON). */
#define STATE_JUMPED STATE_DIR "/jumped"
/* The fast reboot that is traced, until what its shutdown left in the store is read (JSON). */
#define STATE_TRACE STATE_DIR "/trace"

/* How the kernels of fast reboots that failed have ended, and their last messages: a file for each,
 * by the id of its attempt (JSON). */
#define STATE_DEATHS STATE_DIR "/last-words"

/* The kernels that did not come up well after a fast reboot (JSON). */
#define STATE_FAILED STATE_DIR "/failed"
/* The fast reboot after which something was missing (JSON): kept from the request for a firmware
 * reboot until it is known whether that helped. */
#define STATE_HEALING STATE_DIR "/healed"

/* Keys that fastreboot hands to the next boot. */
#define STATE_KEYS STATE_DIR "/keys"

/* Where systemd-cryptsetup(8) looks for keys, as in /etc. */
#define RUN_KEYS "run/cryptsetup-keys.d"

/* What the machine had at the last boot through the firmware (JSON). */
#define STATE_BASELINE STATE_DIR "/baseline"

#define SERVICE_UNIT "fastreboot.service"
#define JUMP_UNIT "fastreboot-jump.service"
#define EMERGENCY_UNIT "fastreboot-emergency.service"
#define HEALTH_UNIT "fastreboot-health.service"
#define HEALTH_TIMER "fastreboot-health.timer"
#define HOOK_UNIT "fastreboot-hook.service"
#define FAILED_TARGET "fastreboot-failed.target"
#define EARLY_UNIT "fastreboot-early.service"
#define TIMES_UNIT "fastreboot-times.service"
#define WAIT_UNIT "fastreboot-wait.service"
#define COUNTDOWN_UNIT "fastreboot-countdown.service"
/* Where fastreboot-metrics.service writes. */
#define METRICS_FILE "var/lib/prometheus/node-exporter/fastreboot.prom"
#define METRICS_UNIT "fastreboot-metrics.service"
#define METRICS_TIMER "fastreboot-metrics.timer"
#define MODULES_UNIT "fastreboot-modules.service"
