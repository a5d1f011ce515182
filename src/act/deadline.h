/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* A time limit for the whole program. systemd has one for the unit, but kills without saying what
 * was under way. */

/* Ends the program with status 1 and a line on standard error after that many microseconds. */
void deadline_start(int64_t microseconds);

/* The microseconds until then; INT64_MAX if there is no limit. */
int64_t deadline_left(void);

/* What the program does from now on, for that line: "loading the kernel". `what` must stay
 * valid. */
void deadline_doing(const char *what);
