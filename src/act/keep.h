/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/json.h"

/* Writes the file `path` in `directory`, as state_write_private(). If the files there then have
 * more than `max` bytes together, the oldest others go. 0 or a negative errno. */
int keep_json(int root, const char *directory, const char *path, const struct json_object *object,
              size_t max);
