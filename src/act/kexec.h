/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* All calls of kexec_file_load(2). */

/* Loads the open `kernel` with the open `initrds`, concatenated, for the next kexec. Replaces what
 * was loaded. 0 or a negative errno. */
int kexec_load(int kernel, const int *initrds, size_t n_initrds, const char *cmdline);

/* Unloads what is loaded. 0, even if nothing was, or a negative errno. */
int kexec_unload(void);

/* Describes an errno of these two functions. `lockdown` as in struct kexec_facts. */
const char *kexec_error(int error, const char *lockdown);
