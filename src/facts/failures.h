/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/json.h"

/* The remembered kernels that did not start, or not well, after a fast reboot. */

enum {
    MAX_FAILURES = 16,    /* the oldest is dropped */
    FAILURES_TO_STOP = 3, /* if this many different kernels failed, the machine is to blame */
    LOADS_TO_STOP = 2,    /* give up after this many loads in a row that began and did not end */
};

struct failure {
    char *kernel;   /* which file: kernel_id of struct boot_payload */
    char *release;  /* its release */
    char *firmware; /* the machine's firmware version at that time, or NULL */
    char *reason;   /* what went wrong, in words, or NULL */
    int64_t time;   /* when it was noticed, in microseconds since 1970 */
    bool past;      /* a later fast reboot brought everything back */
};

struct failures {
    struct failure all[MAX_FAILURES]; /* oldest first */
    size_t n;
    long interrupted; /* how many loads at shutdown in a row began and did not end */
    char *last;       /* the id of the last of these attempts, or NULL */
};

/* Returns 0, or -EBADMSG if it is not such an object; release with failures_clear() in either
 * case. */
int failures_from_json(const struct json_object *object, struct failures *ret_failures);
struct json_object *failures_to_json(const struct failures *failures);

/* Adds a copy of `failure`, replacing an older one of the same kernel. */
void failures_add(struct failures *failures, const struct failure *failure);

/* Forgets `kernel`, if it is remembered. */
void failures_remove(struct failures *failures, const char *kernel);

/* Counts the load of attempt `id`, unless it was counted before; NULL resets the count, after a
 * load that ended. Returns whether that changed anything. */
bool failures_count_load(struct failures *failures, const char *id);

/* Says that too many loads in a row did not end, or NULL if that is not so. The caller frees the
 * text. */
char *interruptions_text(const struct failures *failures);

/* How many of them count against the machine: those since the last fast reboot that went well. */
size_t failures_in_a_row(const struct failures *failures);

/* When and why: "on 2026-05-01 10:00 UTC: disk X is missing". The caller frees it. */
char *failure_text(const struct failure *failure);

void failures_clear(struct failures *failures);
