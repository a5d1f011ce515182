/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/map.h"

#include <search.h>

#include "base/util.h"

struct pair {
    const void *value;
    const char *key;
    char copy[]; /* of the key; empty in a search key */
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

static const struct pair *find(const struct map *map, const char *key)
{
    const struct pair wanted = {.key = key};
    struct pair *const *found = tfind(&wanted, &map->tree, compare);

    return found ? *found : NULL;
}

bool map_add(struct map *map, const char *key, const void *value)
{
    struct pair *entry;

    if (find(map, key))
        return false;
    entry = xcalloc(1, sizeof(*entry) + strlen(key) + 1);
    entry->value = value;
    entry->key = strcpy(entry->copy, key);
    if (!tsearch(entry, &map->tree, compare))
        out_of_memory();
    return true;
}

const void *map_get(const struct map *map, const char *key)
{
    const struct pair *entry = find(map, key);

    return entry ? entry->value : NULL;
}

void map_clear(struct map *map)
{
    tdestroy(map->tree, free);
    map->tree = NULL;
}
