/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/death.h"

/* How a kernel ended, and its log line by line: null if it is not known, and where `death` is NULL.
 * New objects. */
struct json_object *json_death(const struct death *death);
struct json_object *json_log(const struct death *death);
