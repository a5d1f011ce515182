/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "decide/compare.h"
#include "facts/boot-record.h"
#include "facts/facts.h"

/* Whether a machine is well after a reboot. */

enum health_answer {
    ANSWER_WAIT,     /* something is missing, and may still come */
    ANSWER_COMPLETE, /* everything is there */
    ANSWER_MISSING,  /* it did not come, and is worth no reboot */
    ANSWER_HEAL,     /* it did not come, and the firmware may bring it back */
};

struct health_look {
    const struct inventory *before;
    const struct inventory *now;
    const char *unit;  /* that has to be active, or NULL */
    const char *state; /* which it is in: "active"; NULL when PID 1 did not say */
    int64_t uptime;    /* microseconds since the kernel started */
    int64_t limit;     /* the same: until when something may still come */
};

/* `ret_losses` is what is missing; release with losses_clear() in any case. 0 or -ENOMEM. */
int health_judge(const struct health_look *look, enum health_answer *ret_answer,
                 struct losses *ret_losses);

/* Says in the record that it is not known yet whether everything came back. 0 or -ENOMEM. */
int health_begin(struct boot_record *record);

/* Writes what was found (not ANSWER_WAIT) into the record of this boot, whether that was the fast
 * one or the one by the firmware that was to bring things back. 0 or -ENOMEM. */
int health_describe(enum health_answer answer, const struct losses *losses,
                    struct boot_record *record);

/* "disk ata-XYZ (931 GiB), CPUs: 3 instead of 4" and, of many, how many more; or NULL. */
char *losses_text(const struct losses *losses);

/* The reason "being-checked", as struct reason has it: another fast reboot would make what is there
 * now what is looked for after it, and nobody would notice what this one has lost. */
int reason_being_checked(const struct facts *facts, char **ret_text);
