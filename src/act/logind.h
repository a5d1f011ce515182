/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* Requests to logind, over the system bus. */

/* What keeps the machine from being rebooted, by name, for free(): 1, 0 or a negative errno. */
int logind_inhibited(char **ret_who);

/* Makes logind reboot at that time (in microseconds since 1970), in place of an earlier request,
 * and tell the users. 0 or a negative errno. */
int logind_schedule_reboot(uint64_t time);

/* Takes back a reboot, power-off or halt that is scheduled: 1; 0 if there is none; or a negative
 * errno. */
int logind_cancel_scheduled(void);
