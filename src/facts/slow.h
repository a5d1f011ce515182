/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

/* The services that took longest to stop, or to start. */

enum {
    SLOWEST = 5,
    UNIT_NAME = 256, /* the longest name that systemd allows, with the NUL */
};

struct slow_service {
    char *unit;
    int64_t duration; /* in microseconds */
    int64_t limit;    /* stopping: its TimeoutStopSec= in microseconds, or 0 if not known */
    bool failed;      /* starting */
};

struct slow_services {
    struct slow_service all[SLOWEST]; /* the slowest first */
    size_t n;
};

/* Keeps the service if it is among the slowest. */
void slow_add(struct slow_services *services, const struct slow_service *service);
void slow_clear(struct slow_services *services);

/* To and from JSON, an array; slow_from_json() takes NULL, too, and returns 0 or -EBADMSG. Release
 * the services with slow_clear() in either case. */
int slow_from_json(const struct json_object *array, struct slow_services *ret);
struct json_object *slow_to_json(const struct slow_services *services);
