/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Values of settings and options, as systemd takes them. */

#define TIME_INFINITY INT64_MAX

/* A time: "90" (seconds), "5min", "1h 30s", "1.5h", "500ms", "infinity"; see systemd.time(7).
 * ret_time is in microseconds, TIME_INFINITY for "infinity". 0; -EINVAL if it is not a time;
 * -ERANGE if it is negative or too long. */
int parse_time(const char *text, int64_t *ret_time);

/* The length in microseconds of the unit of time whose name has `length` letters at `name`, such as
 * "min"; 0 if there is none. */
int64_t time_unit(const char *name, size_t length);

/* 1 for 1, yes, y, true, t, on; 0 for 0, no, n, false, f, off; in any case of letters; otherwise
 * -EINVAL. */
int parse_boolean(const char *text);
