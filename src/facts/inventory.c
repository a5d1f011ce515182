/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/inventory.h"

#include <errno.h>
#include <limits.h>

#include "base/util.h"

static const struct {
    const char *name;
    size_t max;
} KINDS[N_ITEM_KINDS] = {
    [ITEM_PCI] = {"pci", MAX_PCI},        [ITEM_DISK] = {"disk", MAX_DISKS},
    [ITEM_MOUNT] = {"mount", MAX_MOUNTS}, [ITEM_LINK] = {"link", MAX_NET_LINKS},
    [ITEM_FLAW] = {"flaw", MAX_FLAWS},
};

/* A member of a structure and its name in JSON. */
struct member {
    const char *name;
    size_t offset;
};

#define ITEM(member)                                                                               \
    {                                                                                              \
#member, offsetof(struct item, member)                                                     \
    }

static const struct member TEXTS[] = {ITEM(id), ITEM(name), ITEM(place), ITEM(model), ITEM(driver)};
static const struct member ITEM_NUMBERS[] = {ITEM(speed), ITEM(width)};
static const struct member ITEM_FLAGS[] = {ITEM(carrier), ITEM(used), ITEM(spare)};

static const struct member NUMBERS[] = {
    {"nodes", offsetof(struct inventory, nodes)},
    {"cpus", offsetof(struct inventory, cpus)},
    {"memory_kib", offsetof(struct inventory, memory)},
    {"boot_seconds", offsetof(struct inventory, boot)},
};

/* Outside of the items. */
static const struct member OTHER_TEXTS[] = {
    {"ipv4", offsetof(struct inventory, ipv4.link)},
    {"ipv4_gateway", offsetof(struct inventory, ipv4.gateway)},
    {"ipv4_address", offsetof(struct inventory, ipv4.address)},
    {"ipv6", offsetof(struct inventory, ipv6.link)},
    {"ipv6_gateway", offsetof(struct inventory, ipv6.gateway)},
    {"ipv6_address", offsetof(struct inventory, ipv6.address)},
    {"clock", offsetof(struct inventory, clock)},
};

/* What stands at a member of a structure that is not const. */
#define AT(object, member, type) ((type *)((char *)(object) + (member)->offset))

static char **text_of(const struct item *item, size_t i)
{
    return AT(item, &TEXTS[i], char *);
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
    items->excess = items->n >= max;
    return items->excess ? NULL : APPEND(items->all, items->n);
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
    for (size_t i = 0; i < ELEMENTS(OTHER_TEXTS); i++)
        free(*AT(inventory, &OTHER_TEXTS[i], char *));
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
    for (size_t i = 0; i < ELEMENTS(OTHER_TEXTS); i++)
        item_text_trim(AT(inventory, &OTHER_TEXTS[i], char *));
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
    for (size_t i = 0; i < ELEMENTS(ITEM_NUMBERS); i++)
        if (*AT(item, &ITEM_NUMBERS[i], long) > 0)
            json_add_number(object, ITEM_NUMBERS[i].name, *AT(item, &ITEM_NUMBERS[i], long));
    for (size_t i = 0; i < ELEMENTS(ITEM_FLAGS); i++)
        if (*AT(item, &ITEM_FLAGS[i], bool))
            json_add_bool(object, ITEM_FLAGS[i].name, true);
    return object;
}

/* What is not known is left out; that there is no route is null. */
static void add_route(struct json_object *object, const char *key, const struct route *route)
{
    AUTOFREE char *resolved = format("%s_resolved", key);

    if (route->known && !route->link)
        json_add_string(object, key, NULL);
    if (route->resolved != RESOLVED_UNKNOWN)
        json_add_bool(object, resolved, route->resolved == RESOLVED_YES);
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
    for (size_t i = 0; i < ELEMENTS(OTHER_TEXTS); i++)
        if (*AT(inventory, &OTHER_TEXTS[i], char *))
            json_add_string(object, OTHER_TEXTS[i].name, *AT(inventory, &OTHER_TEXTS[i], char *));
    add_route(object, "ipv4", &inventory->ipv4);
    add_route(object, "ipv6", &inventory->ipv6);
    for (size_t i = 0; i < ELEMENTS(NUMBERS); i++)
        json_add_number(object, NUMBERS[i].name, *AT(inventory, &NUMBERS[i], long));
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

static int copy_number(const struct json_object *object, const char *key, long *ret_number)
{
    int64_t number = json_number(object, key, 0);

    if (number < 0 || number > LONG_MAX)
        return -EBADMSG;
    *ret_number = number;
    return 0;
}

static int item_from_json(const struct json_object *object, struct item *item)
{
    int64_t size = json_number(object, "size", 0);
    int r = json_object_is_type(object, json_type_object) && size >= 0 ? 0 : -EBADMSG;

    item->size = (uint64_t)size;
    for (size_t i = 0; r >= 0 && i < ELEMENTS(TEXTS); i++)
        r = copy_text(object, TEXTS[i].name, text_of(item, i));
    for (size_t i = 0; r >= 0 && i < ELEMENTS(ITEM_NUMBERS); i++)
        r = copy_number(object, ITEM_NUMBERS[i].name, AT(item, &ITEM_NUMBERS[i], long));
    for (size_t i = 0; r >= 0 && i < ELEMENTS(ITEM_FLAGS); i++)
        *AT(item, &ITEM_FLAGS[i], bool) = is_true(object, ITEM_FLAGS[i].name);
    return r;
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

static void route_from_json(const struct json_object *object, const char *key, struct route *route)
{
    AUTOFREE char *resolved = format("%s_resolved", key);

    route->known = json_object_object_get_ex(object, key, NULL);
    if (json_object_object_get_ex(object, resolved, NULL))
        route->resolved = is_true(object, resolved) ? RESOLVED_YES : RESOLVED_NO;
}

int inventory_from_json(const struct json_object *object, struct inventory *ret_inventory)
{
    int r = json_object_is_type(object, json_type_object) ? 0 : -EBADMSG;

    *ret_inventory = (struct inventory){0};
    if (r < 0)
        return r;
    for (size_t kind = 0; r >= 0 && kind < N_ITEM_KINDS; kind++)
        r = items_from_json(object, kind, &ret_inventory->items[kind]);
    for (size_t i = 0; r >= 0 && i < ELEMENTS(OTHER_TEXTS); i++)
        r = copy_text(object, OTHER_TEXTS[i].name, AT(ret_inventory, &OTHER_TEXTS[i], char *));
    for (size_t i = 0; r >= 0 && i < ELEMENTS(NUMBERS); i++)
        r = copy_number(object, NUMBERS[i].name, AT(ret_inventory, &NUMBERS[i], long));
    route_from_json(object, "ipv4", &ret_inventory->ipv4);
    route_from_json(object, "ipv6", &ret_inventory->ipv6);
    return r;
}
