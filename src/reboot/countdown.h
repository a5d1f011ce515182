/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "decide/health.h"
#include "facts/attempt.h"

/* The reboot through the firmware that the machine makes by itself, unless what is missing comes
 * back: who is told of it, and when. */

/* What a look at the machine has to tell. Release with health_news_clear(). */
struct health_news {
    char *notice;    /* for everybody who is logged in, once; or NULL */
    bool called_off; /* that notice takes an earlier one back */
    char *motd;      /* for everybody who logs in, as long as this is so; or NULL */
};

void health_news_clear(struct health_news *news);

/* Something critical is missing and may still come back. Everybody who logs in is told, and once it
 * has been missing for a while, everybody who is logged in. */
void countdown_tell(int root, struct attempt *attempt, const struct health_look *look,
                    const struct losses *losses, struct health_news *ret);

/* What is missing, as those who log in are told while a countdown runs: "disk X, the boot has not
 * ended". NULL if none runs. The caller frees it. */
char *countdown_read(int root);

/* It may not any more. Tells that the last minute has begun; true until that is over. */
bool countdown_runs(int root, struct attempt *attempt, const struct health_look *look,
                    const struct losses *losses, struct health_news *ret);

/* The reboot does not come: tells those who have been told that it would. */
void countdown_call_off(const struct attempt *attempt, const char *why, struct health_news *ret);
