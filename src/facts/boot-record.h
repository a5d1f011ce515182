/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/json.h"

/* How one reboot went, written after it: a line of the history. */

enum outcome {
    OUTCOME_FAST,     /* by kexec, as planned */
    OUTCOME_FIRMWARE, /* through the firmware, as planned */
    OUTCOME_FAILED,   /* planned as fast, and was not */
    OUTCOME_UNKNOWN,  /* nothing was recorded before this boot */
    OUTCOME_DAMAGED,  /* fast, and a disk or the network did not come back */
    OUTCOME_OTHER,    /* by kexec, into another kernel than planned */
};

/* Whether everything came back that was there before the reboot. */
enum health {
    HEALTH_UNKNOWN, /* there is no health check */
    HEALTH_CHECKING,
    HEALTH_COMPLETE,
    HEALTH_MISSING, /* ->missing says what */
};

enum {
    MAX_MISSING = 16, /* texts of a record */
};

struct boot_record {
    char *id;      /* of the attempt, or NULL */
    char *boot_id; /* of the boot that came of it, or NULL */
    enum outcome outcome;
    enum health health;
    char *text;     /* the one line that says how it went and why */
    char **missing; /* NULL-terminated, or NULL */
    char *release;  /* of the kernel that came up, or NULL */
    int64_t time;   /* when this boot was judged, in microseconds since 1970 */
    int64_t
        down; /* from the reboot's beginning to the new kernel's start, in milliseconds, or -1 */
    int64_t back; /* from the reboot's beginning to `time`, in milliseconds, or -1 */
};

/* Both directions; from JSON gives 0, or -EBADMSG when a member is missing or wrong;
 * release with the clear function in any case. To JSON gives a new object. */
int boot_record_from_json(const struct json_object *object, struct boot_record *ret_record);
struct json_object *boot_record_to_json(const struct boot_record *record);
void boot_record_clear(struct boot_record *record);

/* "fast", "firmware", "failed", "unknown", "damaged", "other" */
const char *outcome_name(enum outcome outcome);
