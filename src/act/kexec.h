/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* The one place that calls the kernel. */

/* Loads the open `kernel` with the open `initrds`, one behind the other, for the next kexec, and
 * so replaces what was loaded. 0 or a negative errno. */
int kexec_load(int kernel, const int *initrds, size_t n_initrds, const char *cmdline);

/* Drops what is loaded. 0, also when nothing was, or a negative errno. */
int kexec_unload(void);

/* What an errno of these two means, in words. `lockdown` as in struct kexec_facts. */
const char *kexec_error(int error, const char *lockdown);
