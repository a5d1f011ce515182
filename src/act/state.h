/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/json.h"

/* Files that survive a power cut: at any moment there is the old one or the new one, whole. Paths
 * are relative to `root`. All return 0 or a negative errno. */

/* Writes `text` and makes the directory, for which mkdir is enough, where it is missing. */
int state_write(int root, const char *path, const char *text);

int state_write_json(int root, const char *path, const struct json_object *object);

/* Removes a file, on the disk as well; 0 also when there is none. */
int state_remove(int root, const char *path);

/* Renames the file to "PATH.suffix", in place of an older one. */
int state_set_aside(int root, const char *path, const char *suffix);
