/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <syslog.h>

/* Journal messages. Their ids are for programs that search the journal, and never change. */
enum journal_event {
    EVENT_LAST_REBOOT, /* at boot: how the last reboot went and why */
    EVENT_NEXT_BOOT,   /* at shutdown: what the reboot will be and why */
    EVENT_TROUBLE,     /* something went wrong in fastreboot */
    EVENT_HEALTH,      /* after a fast reboot: the result of the health check */
};

/* Writes one line. `priority` is a syslog priority; `reason` is the id of the reason that decided,
 * or NULL. Without a journal the line goes to stderr. */
void __attribute__((format(printf, 4, 5)))
journal_tell(enum journal_event event, int priority, const char *reason, const char *pattern, ...);

/* Warns about an error with `what`, a file or an action. `error` is a negative errno. */
void journal_trouble(const char *what, int error);
