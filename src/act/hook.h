/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Runs a program of the administrator's, without arguments and with `environment`, a
 * NULL-terminated array of additional "NAME=VALUE"; waits for it. Its exit status, 128 and the
 * number of the signal that ended it, or a negative errno. */
int hook_run(const char *program, char *const environment[]);
