/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* A balanced tree of texts, each with a value or, as a set, without. {0} is empty. */
struct map {
    void *tree;
};

/* True, or false and nothing done when `key` is there already. The key is copied, the value is not.
 */
bool map_add(struct map *map, const char *key, const void *value);

/* The value of the key, or NULL. */
const void *map_get(const struct map *map, const char *key);

void map_clear(struct map *map);
