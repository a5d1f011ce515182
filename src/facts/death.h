/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"

/* How the kernel that a fast reboot was to start has ended, where that is known. */

enum death_kind {
    DEATH_UNKNOWN,
    DEATH_PANIC,
    DEATH_OOPS,     /* it did not panic, and stayed as it was until something reset the machine */
    DEATH_WATCHDOG, /* a watchdog reset the machine */
    DEATH_RESET,    /* the reset button or the like */
    DEATH_POWER,    /* the power button, or the power went */
    DEATH_SHUTDOWN, /* there was no jump: the machine went down during the shutdown before it */
    DEATH_REFUSED,  /* there was no jump: the running kernel refused it */
};

enum {
    DEATH_LOG_BYTES = 128 * 1024, /* of what is kept of a log */
};

struct death {
    char *id; /* of the attempt */
    enum death_kind kind;
    char *text;     /* "the new kernel panicked: Attempted to kill init!"; NULL if unknown */
    char *evidence; /* by what this is known, or why nothing is */
    char *record;   /* the name of the store's record, or NULL */
    bool marked;    /* that names this attempt */
    bool claimed;   /* a watchdog said before the reboot already that it had reset the machine */
    char *log;      /* its lines, "<6>[   12.345678] text", or NULL */
};

/* What there is to judge by. */
struct death_signs {
    char *backend;  /* of the kernel's store: "erst"; NULL if there is none */
    char *record;   /* as above */
    char *log;      /* of the record; NULL if there is none */
    bool panicked;  /* it was written by a panic, and not by an oops alone */
    bool marked;    /* it names the attempt */
    char *watchdog; /* the name of a watchdog that says it reset the machine, or NULL */
    bool claimed;   /* as above: what it says does not count */
    int64_t status; /* what AMD's register has of the last reset, or -1 */
    bool stopped;   /* the shutdown before the jump did not come to its last step */
    bool refused;   /* the running kernel refused the jump */
};

/* To and from JSON. death_from_json() returns 0, or -EBADMSG if a member is missing or wrong;
 * release the death with death_clear() in either case. death_to_json() returns a new object. */
int death_from_json(const struct json_object *object, struct death *ret);
struct json_object *death_to_json(const struct death *death);
void death_clear(struct death *death);
void death_signs_clear(struct death_signs *signs);

/* "panic", "oops", "watchdog", "reset", "power", "shutdown", "refused"; NULL if unknown */
const char *death_name(enum death_kind kind);
