/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Whether a next kernel that hangs is reset into the firmware by the hardware watchdog. A healthy
 * machine must never be reset by it: where it is not certain that the next system takes the
 * watchdog over in time, it is used only on the administrator's word. */
struct watchdog_plan {
    bool used;        /* the reboot after the next is to be protected */
    unsigned seconds; /* to arm it for at the next jump; 0: that one is not protected */
    char *problem;    /* why not, or why not yet, and what to do; NULL when all is well */
};

/* 0 or -ENOMEM. Release with watchdog_plan_clear() in any case. */
int watchdog_decide(const struct facts *facts, struct watchdog_plan *ret_plan);

void watchdog_plan_clear(struct watchdog_plan *plan);

/* The test of the reason "watchdog". */
int reason_watchdog(const struct facts *facts, char **ret_text);
