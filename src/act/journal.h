/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <syslog.h>

#include "facts/boot-record.h"

/* Journal messages. Their ids are for programs that search the journal, and never change. Each has
 * an entry in units/fastreboot.catalog. */
enum journal_event {
    EVENT_LAST_REBOOT, /* at boot: how the last reboot went and why */
    EVENT_NEXT_BOOT,   /* at shutdown: what the reboot will be and why */
    EVENT_TROUBLE,     /* something went wrong in fastreboot, or a warning before a reboot */
    EVENT_HEALTH,      /* the result of the health check */
    EVENT_COUNTDOWN,   /* the machine will reboot itself */
    EVENT_LAST_WORDS,  /* at boot: how the kernel of a fast reboot that failed has ended */
    EVENT_CALLED_OFF,  /* it was said that the machine will reboot itself, and it does not */
};

/* Writes one line. `priority` is a syslog priority; `reason` is the id of the reason that decided,
 * for FASTREBOOT_REASON, or NULL. Without a journal the line goes to stderr. */
void __attribute__((format(printf, 4, 5)))
journal_tell(enum journal_event event, int priority, const char *reason, const char *pattern, ...);

/* Writes one line about a reboot that is over, with what the record says of it in fields. */
void __attribute__((format(printf, 4, 5)))
journal_tell_record(enum journal_event event, int priority, const struct boot_record *record,
                    const char *pattern, ...);

/* Warns about an error with `what`, a file or an action. `error` is a negative errno. */
void journal_trouble(const char *what, int error);
