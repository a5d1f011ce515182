/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/attempt.h"
#include "facts/config.h"
#include "facts/facts.h"

/* After a fast reboot: whether everything is there that was there before it. And after the reboot
 * by the firmware that was to bring back what was not: whether it did. */

enum {
    CHECKING_NONE,    /* nothing to look for */
    CHECKING_ATTEMPT, /* what was there before this fast reboot; the attempt stays */
    CHECKING_HEALED,  /* what was missing after the fast reboot before this one */
};

/* Leaves for the health unit what it has to look for, and says so in the record.
 * attempt  of this boot, or NULL; becomes what is left
 * One of the above, or a negative errno. */
int checking_begin(int root, struct attempt *attempt, const struct boot_facts *boot,
                   struct boot_record *record);

enum {
    CHECKING_GO_ON,  /* something may still come: look again later */
    CHECKING_OVER,   /* all is said */
    CHECKING_REBOOT, /* all is written down, and the machine is to reboot by the firmware */
};

/* Looks once. Tells in the journal what it comes to, writes it down, and remembers a kernel after
 * which something was missing. A reboot is asked for but once for an attempt: what says so is on
 * the disk before it is.
 * state   of config->health_unit, or NULL when it is not known or there is none
 * uptime  microseconds since the kernel started
 * One of the three, or a negative errno. */
int checking_look(int root, const struct config *config, const char *state, int64_t uptime);
