/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* All calls of kexec_file_load(2). */

/* What follows the initrds, and is a secret: this program's own copies are overwritten. */
struct kexec_secret {
    const void *data; /* NULL for none */
    size_t size;
};

/* Loads the open `kernel` with the open `initrds`, concatenated, for the next kexec; `secret` may
 * be NULL, and is left out without an initrd. Replaces what was loaded. 0 or a negative errno. */
int kexec_load(int kernel, const int *initrds, size_t n_initrds, const struct kexec_secret *secret,
               const char *cmdline);

/* Unloads what is loaded. 0, even if nothing was, or a negative errno. */
int kexec_unload(void);

/* Makes the kernel count the loads of kernels from now on (kernel.kexec_load_limit_reboot), so that
 * it can be seen whether there was another one. Where the administrator limits them, the kernel
 * counts already, and Linux before 6.3 cannot: then nothing changes. 0 or a negative errno. */
int kexec_count_loads(int root);

/* Describes an errno of these two functions. `lockdown` as in struct kexec_facts. */
const char *kexec_error(int error, const char *lockdown);
