/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* A balanced tree of strings, each with a value or (as a set) without. {0} is empty. */
struct map {
    void *tree;
};

/* Adds a key. Returns false, and does nothing, if the key exists. The key is copied, the value is
 * not. */
bool map_add(struct map *map, const char *key, const void *value);

/* The value of the key, or NULL. */
const void *map_get(const struct map *map, const char *key);

void map_clear(struct map *map);
