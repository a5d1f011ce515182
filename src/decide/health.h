/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "decide/compare.h"
#include "facts/boot-record.h"
#include "facts/config.h"

/* Whether everything is back after a fast reboot. */

enum health_result {
    LOOK_WAIT,     /* something is missing, and may still appear */
    LOOK_COMPLETE, /* everything is there */
    LOOK_MISSING,  /* something is missing that is not worth a reboot */
    LOOK_HEAL,     /* something is missing that the firmware may bring back */
};

/* Microseconds between the announcement of the reboot through the firmware and the reboot. */
#define HEALTH_NOTICE (60 * (int64_t)1000000)

/* How long something may take to appear, in microseconds; negative when nothing is checked. */
int64_t health_limit(const struct config *config);

/* How long the boot may take to start everything, in microseconds since the kernel started: that
 * time, or twice what the boot before took if that is longer. INT64_MAX when nothing is checked. */
int64_t health_boot_limit(const struct config *config, const struct inventory *before);

struct health_look {
    const struct config *config;
    const struct inventory *before;
    const struct inventory *now;
    const char *state;   /* of config->health_unit: "active"; NULL when PID 1 did not say */
    const char *waiting; /* the jobs that the boot still waits for; NULL when it is through */
    int64_t uptime;      /* microseconds since the kernel started */
    int64_t since;       /* the same: when the check began */
};

/* `ret_losses` is what is missing; release with losses_clear(). */
enum health_result health_judge(const struct health_look *look, struct losses *ret_losses);

/* Until when it may appear, in microseconds since the kernel started. */
int64_t health_end(const struct health_look *look);

/* Whether the administrator wants to be told of a boot that is over: the fast reboot to it failed,
 * or something is missing, or was and has made the machine reboot itself. */
bool health_is_alarming(const struct boot_record *record);

/* Says in the record that the health check has begun. */
void health_begin(struct boot_record *record);

/* Says in it that the check ended without a result, and why. */
void health_abandon(struct boot_record *record, const char *why);

/* Writes the result (not LOOK_WAIT) into the record of this boot, whether that was the fast one
 * or the firmware reboot that was to bring things back. */
void health_describe(enum health_result answer, const struct losses *losses,
                     struct boot_record *record);
