/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "facts/config.h"

/* The program that the administrator wants to be run before the machine reboots itself. */

/* How long it may take, in microseconds. */
int64_t hook_limit(const struct config *config);

/* Whether it may be run: 0, or a negative errno with the reason in words; the caller frees it. */
int hook_check(int root, const struct config *config, char **ret_problem);

/* What it is told, for names_free(): FASTREBOOT_MISSING, a line for each thing that is missing;
 * FASTREBOOT_RELEASE, of the kernel; FASTREBOOT_DEADLINE_USEC, when it is ended, which is `end`
 * here. */
char **hook_environment(int root, int64_t end);
