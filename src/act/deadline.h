/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* One time limit for all that a program does. systemd has one for the unit too, but kills without a
 * word of what was under way. */

/* Ends the program with status 1 after that many microseconds, with a line on standard error. */
void deadline_start(int64_t microseconds);

/* What the program does from now on, for that line: "loading the kernel". The text is kept. */
void deadline_doing(const char *what);
