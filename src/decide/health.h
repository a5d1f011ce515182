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

/* How long something may take to appear, in microseconds; negative when nothing is checked. */
int64_t health_limit(const struct config *config);

struct health_look {
    const struct inventory *before;
    const struct inventory *now;
    const char *unit;  /* that has to be active, or NULL */
    const char *state; /* of that unit: "active"; NULL when PID 1 did not say */
    int64_t uptime;    /* microseconds since the kernel started */
    int64_t limit;     /* the same: until when something may still appear */
};

/* `ret_losses` is what is missing; release with losses_clear(). */
enum health_result health_judge(const struct health_look *look, struct losses *ret_losses);

/* Says in the record that the health check has begun. */
void health_begin(struct boot_record *record);

/* Writes the result (not LOOK_WAIT) into the record of this boot, whether that was the fast one
 * or the firmware reboot that was to bring things back. */
void health_describe(enum health_result answer, const struct losses *losses,
                     struct boot_record *record);

/* "disk ata-XYZ (931 GiB), CPUs: 3 instead of 4", and how many more if there are many; for
 * free(). */
char *losses_text(const struct losses *losses);
