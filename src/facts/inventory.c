/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/inventory.h"

#include <errno.h>
#include <limits.h>

#include "base/util.h"

static const struct {
    const char *name;
    size_t max;
} KINDS[N_ITEM_KINDS] = {
    [ITEM_PCI] = {"pci", MAX_PCI},
    [ITEM_DISK] = {"disk", MAX_DISKS},
    [ITEM_MOUNT] = {"mount", MAX_MOUNTS},
    [ITEM_LINK] = {"link", MAX_LINKS},
};

static const struct {
    const char *name;
    size_t offset;
} TEXTS[] = {
    {"id", offsetof(struct item, id)},         {"name", offsetof(struct item, name)},
    {"place", offsetof(struct item, place)},   {"model", offsetof(struct item, model)},
    {"driver", offsetof(struct item, driver)},
};

static const struct {
    const char *name;
    size_t offset;
} NUMBERS[] = {
    {"nodes", offsetof(struct inventory, nodes)},
    {"cpus", offsetof(struct inventory, cpus)},
    {"memory_kib", offsetof(struct inventory, memory)},
};

static char **text_of(const struct item *item, size_t i)
{
    return (char **)((char *)item + TEXTS[i].offset);
}

const char *item_kind_name(enum item_kind kind)
{
    return KINDS[kind].name;
}

size_t item_kind_max(enum item_kind kind)
{
    return KINDS[kind].max;
}

struct item *items_add(struct items *items, size_t max)
{
    return items->n < max ? APPEND(items->all, items->n) : NULL;
}

void items_clear(struct items *items)
{
    for (size_t i = 0; i < items->n; i++)
        for (size_t text = 0; text < ELEMENTS(TEXTS); text++)
            free(*text_of(&items->all[i], text));
    free(items->all);
    *items = (struct items){0};
}

void inventory_clear(struct inventory *inventory)
{
    for (size_t kind = 0; kind < N_ITEM_KINDS; kind++)
        items_clear(&inventory->items[kind]);
    free(inventory->ipv4.link);
    free(inventory->ipv6.link);
    *inventory = (struct inventory){0};
}

void item_text_trim(char **text)
{
    char *start, *out;
    size_t length;

    if (!*text)
        return;
    start = *text + strspn(*text, " ");
    length = strlen(start);
    while (length > 0 && start[length - 1] == ' ')
        length--;
    length = length > MAX_ITEM_TEXT ? MAX_ITEM_TEXT : length;
    out = memmove(*text, start, length);
    out[length] = 0;
    for (; *out; out++)
        if (*out < ' ' || *out > '~')
            *out = '?';
    if (!length)
        set_text(text, NULL);
}

void inventory_trim(struct inventory *inventory)
{
    for (size_t kind = 0; kind < N_ITEM_KINDS; kind++)
        for (size_t i = 0; i < inventory->items[kind].n; i++)
            for (size_t text = 0; text < ELEMENTS(TEXTS); text++)
                item_text_trim(text_of(&inventory->items[kind].all[i], text));
    item_text_trim(&inventory->ipv4.link);
    item_text_trim(&inventory->ipv6.link);
}

/* To JSON: leaves out what an item does not have, as there may be thousands of items. */

static struct json_object *item_to_json(const struct item *item)
{
    struct json_object *object = json_object_new_object();

    for (size_t i = 0; i < ELEMENTS(TEXTS); i++)
        if (*text_of(item, i))
            json_add_string(object, TEXTS[i].name, *text_of(item, i));
    if (item->size)
        json_add_number(object, "size", (int64_t)item->size);
    if (item->carrier)
        json_add_bool(object, "carrier", true);
    if (item->spare)
        json_add_bool(object, "spare", true);
    return object;
}

static void add_route(struct json_object *object, const char *key, const struct route *route)
{
    if (route->known)
        json_add_string(object, key, route->link);
}

struct json_object *inventory_to_json(const struct inventory *inventory)
{
    struct json_object *object = json_object_new_object();

    for (size_t kind = 0; kind < N_ITEM_KINDS; kind++) {
        const struct items *items = &inventory->items[kind];
        struct json_object *array;

        if (!items->known)
            continue;
        array = json_object_new_array();
        for (size_t i = 0; i < items->n; i++)
            json_object_array_add(array, item_to_json(&items->all[i]));
        json_object_object_add(object, KINDS[kind].name, array);
    }
    add_route(object, "ipv4", &inventory->ipv4);
    add_route(object, "ipv6", &inventory->ipv6);
    for (size_t i = 0; i < ELEMENTS(NUMBERS); i++)
        json_add_number(object, NUMBERS[i].name,
                        *(const long *)((const char *)inventory + NUMBERS[i].offset));
    return object;
}

/* From JSON. */

static int copy_text(const struct json_object *object, const char *key, char **ret_text)
{
    struct json_object *member;
    const char *text;

    *ret_text = NULL;
    if (!json_object_object_get_ex(object, key, &member) || !member)
        return 0;
    text = json_string(object, key);
    if (!text || strlen(text) > MAX_ITEM_TEXT)
        return -EBADMSG;
    *ret_text = xstrdup(text);
    return 0;
}

static bool is_true(const struct json_object *object, const char *key)
{
    struct json_object *member;

    return json_object_object_get_ex(object, key, &member) && json_object_get_boolean(member);
}

static int item_from_json(const struct json_object *object, struct item *item)
{
    int64_t size = json_number(object, "size", 0);

    if (!json_object_is_type(object, json_type_object) || size < 0)
        return -EBADMSG;
    for (size_t i = 0; i < ELEMENTS(TEXTS); i++) {
        int r = copy_text(object, TEXTS[i].name, text_of(item, i));

        if (r < 0)
            return r;
    }
    item->size = (uint64_t)size;
    item->carrier = is_true(object, "carrier");
    item->spare = is_true(object, "spare");
    return 0;
}

static int items_from_json(const struct json_object *object, size_t kind, struct items *items)
{
    struct json_object *array;

    if (!json_object_object_get_ex(object, KINDS[kind].name, &array))
        return 0;
    if (!json_object_is_type(array, json_type_array) ||
        json_object_array_length(array) > KINDS[kind].max)
        return -EBADMSG;
    items->known = true;
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        int r =
            item_from_json(json_object_array_get_idx(array, i), items_add(items, KINDS[kind].max));

        if (r < 0)
            return r;
    }
    return 0;
}

static int route_from_json(const struct json_object *object, const char *key, struct route *route)
{
    route->known = json_object_object_get_ex(object, key, NULL);
    return copy_text(object, key, &route->link);
}

int inventory_from_json(const struct json_object *object, struct inventory *ret_inventory)
{
    int r;

    *ret_inventory = (struct inventory){0};
    if (!json_object_is_type(object, json_type_object))
        return -EBADMSG;
    for (size_t kind = 0; kind < N_ITEM_KINDS; kind++) {
        r = items_from_json(object, kind, &ret_inventory->items[kind]);
        if (r < 0)
            return r;
    }
    r = route_from_json(object, "ipv4", &ret_inventory->ipv4);
    if (r >= 0)
        r = route_from_json(object, "ipv6", &ret_inventory->ipv6);
    for (size_t i = 0; r >= 0 && i < ELEMENTS(NUMBERS); i++) {
        int64_t number = json_number(object, NUMBERS[i].name, 0);

        if (number < 0 || number > LONG_MAX)
            return -EBADMSG;
        *(long *)((char *)ret_inventory + NUMBERS[i].offset) = number;
    }
    return r;
}
