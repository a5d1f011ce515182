/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "verbs/verb.h"

/* The request that the next reboot goes through the firmware. */

/* Makes the request and drops the loaded kernel, whichever program has loaded it; reports what goes
 * wrong. *ret_earlier says whether there was a request before. 0; -ECANCELED if there is a request
 * but the kernel could not be dropped; or another negative errno if there is none. */
int normal_request(const struct call *call, bool *ret_earlier);

/* Withdraws the request of a call that failed, but not an earlier one. */
void normal_take_back(const struct call *call, bool earlier);

/* Without a reboot: makes the request, or withdraws it, and says so. These return the exit status,
 * and obey --dry-run. */
int normal_arm(const struct call *call);
int normal_cancel(const struct call *call);
