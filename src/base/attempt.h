/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/json.h"

/* One reboot: what was to happen, written before it, and what came of it, written after. */

enum attempt_state {
    ATTEMPT_BEGUN,    /* nothing is decided yet: found at the next boot, the load did not end */
    ATTEMPT_FIRMWARE, /* the reboot goes by firmware, ->reason says why */
    ATTEMPT_LOADED,   /* a kernel is loaded, and the jump is to start it */
    ATTEMPT_FAILED,   /* the jump was tried and refused, ->reason says why */
};

struct attempt {
    char *id;      /* of this attempt; on the command line of the kernel that it starts */
    char *boot_id; /* of the boot that the reboot ends */
    int64_t time;  /* when it began, in microseconds since 1970 */
    enum attempt_state state;
    char *release; /* of the kernel to start; NULL while there is none, or it is not ours */
    char *kernel;  /* its kernel_id, see struct boot_payload; the same */
    char *reason;  /* in words, or NULL */
};

enum outcome {
    OUTCOME_FAST,     /* as intended by kexec */
    OUTCOME_FIRMWARE, /* as intended by firmware */
    OUTCOME_FAILED,   /* was to be fast, was not */
    OUTCOME_UNKNOWN,  /* nothing was written down before this boot */
};

struct boot_record {
    char *id; /* of the attempt, or NULL */
    enum outcome outcome;
    char *text;    /* the one line that says how it went and why */
    char *release; /* of the kernel that came up, or NULL */
    int64_t time;  /* when this boot was judged, in microseconds since 1970 */
    int64_t
        down; /* from the reboot's beginning to the new kernel's start, in milliseconds, or -1 */
    int64_t back; /* from the reboot's beginning to now, in milliseconds, or -1 */
};

/* Both directions for both; from JSON gives 0, -EBADMSG when a member is missing or wrong, or
 * -ENOMEM; release with the clear function in any case. To JSON gives a new object. */
int attempt_from_json(const struct json_object *object, struct attempt *ret_attempt);
struct json_object *attempt_to_json(const struct attempt *attempt);
void attempt_clear(struct attempt *attempt);

int boot_record_from_json(const struct json_object *object, struct boot_record *ret_record);
struct json_object *boot_record_to_json(const struct boot_record *record);
void boot_record_clear(struct boot_record *record);

/* "fast", "firmware", "failed", "unknown" */
const char *outcome_name(enum outcome outcome);
