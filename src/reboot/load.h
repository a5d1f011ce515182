/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "reboot/survey.h"

/* Loading and dropping a kernel, with the note of it. */

/* Loads what the survey found, unless load_is_done().
 * ret_id     the id of the attempt, which is on the command line of what is loaded now; for free()
 * ret_error  what went wrong, in words, when the call fails; for free()
 * 0 or a negative errno; then no kernel of fastreboot's is loaded, as far as the running kernel
 * lets go of it. */
int load_kernel(int root, const struct survey *survey, char **ret_id, char **ret_error);

/* The same for a caller that holds notes_lock(). */
int load_kernel_locked(int root, const struct survey *survey, char **ret_id, char **ret_error);

/* At boot and when kernels or initrds have changed, where the configuration says load = early. What
 * keeps it from that is told. */
void load_early(int root);

/* Drops the kernel that fastreboot has loaded and the note of it; one of another program stays. 1
 * when there was one, 0 when not, or a negative errno. */
int load_drop(int root);

/* The same with whatever is loaded, whichever program did that. */
int load_drop_all(int root);

/* The command line with which the kernel is started as attempt `id`, for free(). */
char *load_cmdline(const struct survey *survey, const char *id);
