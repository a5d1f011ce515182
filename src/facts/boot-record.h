/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/json.h"
#include "facts/death.h"
#include "facts/times.h"

/* How one reboot went, written after it: one line of the history. */

enum outcome {
    OUTCOME_FAST,     /* by kexec, as planned */
    OUTCOME_FIRMWARE, /* through the firmware, as planned */
    OUTCOME_FAILED,   /* planned as fast, but was not */
    OUTCOME_UNKNOWN,  /* no attempt was recorded before this boot */
    OUTCOME_DAMAGED,  /* fast, but a disk or the network did not come back */
    OUTCOME_OTHER,    /* by kexec, into another kernel than planned */
};

/* Whether everything that was there before the reboot came back. */
enum health {
    HEALTH_UNKNOWN, /* there was no health check */
    HEALTH_CHECKING,
    HEALTH_COMPLETE,
    HEALTH_MISSING, /* ->missing says what */
};

enum {
    MAX_MISSING = 16, /* strings in one record */
};

struct boot_record {
    char *id;      /* of the attempt, or NULL */
    char *boot_id; /* of the boot that followed, or NULL */
    enum outcome outcome;
    enum health health;
    char *text;      /* one line: how it went and why */
    char *reason_id; /* why it went through the firmware as planned, as in decide/reasons.h; or NULL
                      */
    char **missing;  /* NULL-terminated, or NULL */
    char *release;   /* of the kernel that came up, or NULL */
    int64_t time;    /* when this boot was judged, in microseconds since 1970 */
    int64_t down; /* from the start of the reboot to the start of the new kernel, in milliseconds,
                     or -1 */
    int64_t back; /* from the start of the reboot to `time`, in milliseconds, or -1 */
    int64_t away; /* how long the machine was away, in microseconds, or -1; not in JSON */
    struct reboot_times *times; /* or NULL; not in JSON, but in a file of its own */
    struct death *death;        /* likewise: how the kernel ended, where the reboot failed */
};

/* To and from JSON. boot_record_from_json() returns 0, or -EBADMSG if a member is missing or wrong;
 * release the record with boot_record_clear() in either case. boot_record_to_json() returns a new
 * object. */
int boot_record_from_json(const struct json_object *object, struct boot_record *ret_record);
struct json_object *boot_record_to_json(const struct boot_record *record);
void boot_record_clear(struct boot_record *record);

/* Whether the kernel that came up was started by kexec. */
bool record_was_fast(const struct boot_record *record);

/* "fast", "firmware", "failed", "unknown", "damaged", "other" */
const char *outcome_name(enum outcome outcome);

/* "checking", "complete", "missing"; NULL if there was no health check */
const char *health_name(enum health health);
