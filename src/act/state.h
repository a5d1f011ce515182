/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/json.h"

/* Files that survive a power cut: at any time either the old or the new file exists, complete.
 * Paths are relative to `root`. All functions return 0 or a negative errno. */

/* Writes `text`; creates the directory if it is missing (but not its parents). */
int state_write(int root, const char *path, const char *text);

/* The same for the file `name` in the directory `parent`, a descriptor for reading. */
int state_write_in(int parent, const char *name, const char *text);

/* The same for a file that an administrator has named, which is not below any root. */
int state_write_named(const char *path, const char *text);

/* Writes `text` without waiting for the disk, which may lose it; creates no directory. For the end
 * of a shutdown, which writes everything to the disk and must not wait twice. */
int state_leave(int root, const char *path, const char *text);

int state_write_json(int root, const char *path, const struct json_object *object);

/* The same for what only root may read. */
int state_write_private(int root, const char *path, const struct json_object *object);

/* Removes a file, on disk too; 0 also if it does not exist. */
int state_remove(int root, const char *path);

/* Renames the file to "PATH.suffix", replacing an older one. */
int state_set_aside(int root, const char *path, const char *suffix);
