/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Whether the hardware watchdog resets a next kernel that hangs, so that the firmware takes over.
 * It must never reset a healthy machine: unless it is certain that the next system takes it over in
 * time, it is only used if the administrator says so. */
struct watchdog_plan {
    bool used;        /* keep it running over later fast reboots */
    unsigned seconds; /* the timeout for the next jump; 0: that one is not protected */
    char *problem;    /* why not, or why not yet, and what to do; NULL if all is well */
};

/* Release with watchdog_plan_clear(). */
void watchdog_decide(const struct facts *facts, struct watchdog_plan *ret_plan);

/* Whether there is none to decide about, as on most machines. */
bool watchdog_is_absent(const struct facts *facts);

void watchdog_plan_clear(struct watchdog_plan *plan);
