/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/json.h"

/* The kernels that did not come up, or not well, after a fast reboot, as they are remembered. */

enum {
    MAX_FAILURES = 16,    /* the oldest goes */
    FAILURES_TO_STOP = 3, /* so many different kernels, and it is the machine */
};

struct failure {
    char *kernel;   /* which file it was: kernel_id of struct boot_payload */
    char *release;  /* its release */
    char *firmware; /* the version of the firmware that the machine had, or NULL */
    char *reason;   /* what went wrong, in words, or NULL */
    int64_t time;   /* when it was noticed, in microseconds since 1970 */
    bool past;      /* there was a fast reboot since after which everything was there */
};

struct failures {
    struct failure all[MAX_FAILURES]; /* oldest first */
    size_t n;
};

/* 0, or -EBADMSG for what is no such object; release with failures_clear() in any case. */
int failures_from_json(const struct json_object *object, struct failures *ret_failures);
struct json_object *failures_to_json(const struct failures *failures);

/* Adds a copy of `failure` in place of an older one of the same kernel. */
void failures_add(struct failures *failures, const struct failure *failure);

/* Forgets `kernel`, if it is there. */
void failures_remove(struct failures *failures, const char *kernel);

/* How many of them say that it is the machine: those since the last fast reboot that went well. */
size_t failures_in_a_row(const struct failures *failures);

/* When and why: "on 2026-05-01 10:00 UTC: disk X is missing"; the caller's. */
char *failure_text(const struct failure *failure);

void failures_clear(struct failures *failures);
