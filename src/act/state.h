/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/attempt.h"
#include "facts/failures.h"

/* The files that we write: after a power cut at any moment there is the old one or the new one,
 * whole. Paths are relative to `root`. All return 0 or a negative errno. */

/* Writes `text` and makes the directory, for which mkdir is enough, where it is missing. */
int state_write(int root, const char *path, const char *text);

/* Removes a file, on the disk as well; 0 also when there is none. */
int state_remove(int root, const char *path);

int state_write_json(int root, const char *path, const struct json_object *object);
int state_write_failures(int root, const struct failures *failures);
int state_write_attempt(int root, const struct attempt *attempt);

/* Adds a line to the history, in place of the last one where that is about the same attempt, and
 * drops the oldest beyond HISTORY_LINES. A history that is damaged
 * is kept as "history.damaged", and 1 is returned. */
int state_add_history(int root, const struct boot_record *record);
