/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "reboot/survey.h"

/* Loading and dropping a kernel with the note of it, for `load`, `unload`, the shutdown and the
 * early load. */

/* Loads what the survey found, unless just that is loaded already.
 * ret_id     the id of the attempt, which is on the command line of what is loaded now; the
 * caller's ret_error  in words, when the call fails; the caller's 0 or a negative errno; then
 * nothing of ours is loaded, as far as the kernel lets go of it. */
int loading_load(int root, const struct survey *survey, char **ret_id, char **ret_error);

/* Drops what we have loaded and our notes; what somebody else has loaded stays. 1 when there was
 * something, 0 when not, or a negative errno. */
int loading_drop(int root);

/* The same with whatever is loaded, whosoever it is. */
int loading_drop_all(int root);

/* The command line with which that is started as attempt `id`; the caller's, or NULL. */
char *loading_cmdline(const struct survey *survey, const char *id);
