/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "facts/attempt.h"
#include "facts/config.h"
#include "facts/facts.h"
#include "reboot/countdown.h"

/* After a fast reboot: whether everything is there that was there before it. And after the reboot
 * through the firmware that was to bring back what was missing: whether it did. */

/* Leaves for the health unit what it has to look for, and says so in the record. After a fast
 * reboot the attempt stays on the disk, as ATTEMPT_CHECKING, until all is known; so if the machine
 * goes down before that, the next boot finds it, and does not try this kernel again.
 * attempt  of this boot, or NULL
 * 1 when the attempt stays, 0 when not, or a negative errno. */
int health_start(int root, struct attempt *attempt, const struct boot_facts *boot,
                 struct boot_record *record);

enum health_step {
    HEALTH_WAIT,   /* something may still come: look again later */
    HEALTH_OVER,   /* all is said */
    HEALTH_REBOOT, /* all is written down, and the machine has to reboot through the firmware */
};

/* What PID 1 says, which is not in any file. */
struct health_seen {
    const char *state;   /* of config->health_unit, or NULL when it is not known or there is none */
    const char *waiting; /* the jobs that the boot still waits for; NULL when it has ended */
    int64_t uptime;      /* microseconds since the kernel started */
};

/* Looks once. Tells in the journal what it comes to, writes it down, and remembers a kernel after
 * which something critical was missing. *ret_news is what to tell the users: they are told a minute
 * before the reboot, and if everything is back by then, it does not come. It is asked for only once
 * for an attempt: the guard that says so is on the disk before it is.
 * One of the three, or a negative errno. */
int health_check(int root, const struct config *config, const struct health_seen *seen,
                 struct health_news *ret_news);

/* Whether everything critical is back as far as files tell, so that nothing but PID 1 can still
 * change what the check comes to: a boot that does not end, or health-unit. */
bool health_is_settled(int root);

/* Whether the reboot that is asked for is for the network, which may keep the users away who could
 * end what inhibits a reboot. */
bool health_lacks_network(int root);

/* Ends the check now, and without a reboot, whatever is missing: the administrator wants to see the
 * machine as it is. A reboot that was asked for and has not come yet is taken back. A kernel after
 * which something critical is missing is remembered. *ret_news is what to tell the users. 1; 0 when
 * no machine is being checked after a fast reboot; or a negative errno. */
int health_cancel(int root, const struct config *config, const struct health_seen *seen,
                  struct health_news *ret_news);
