/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Keeps a state file that is of no use any more as "PATH.suffix", for the administrator to look at,
 * and tells that and `why`. */
void aside_keep(int root, const char *path, const char *suffix, const char *why);

/* The same for a list of lines of which `text` was read with the result `r`, if that says that it
 * is damaged or too large: it is begun anew, so `text` becomes NULL. Returns 0, or what `r` was. */
int aside_keep_damaged(int root, const char *path, int r, char **text);

/* The same for one that json_read() gave a negative errno for: it is damaged, or a newer fastreboot
 * has written it. */
void aside_keep_unreadable(int root, const char *path, int error);
