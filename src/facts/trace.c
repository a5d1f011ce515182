/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/trace.h"

#include <errno.h>

#include "base/text.h"
#include "base/util.h"

static const struct {
    const char *key;
    size_t offset;
} NUMBERS[] = {
    {"leaving", offsetof(struct reboot_trace, leaving)},
    {"devices", offsetof(struct reboot_trace, devices)},
    {"unpacking", offsetof(struct reboot_trace, unpacking)},
    {"link", offsetof(struct reboot_trace, link)},
    {"address", offsetof(struct reboot_trace, address)},
};

static const struct {
    const char *key;
    size_t offset;
} LISTS[] = {
    {"shutdowns", offsetof(struct reboot_trace, shutdowns)},
    {"startups", offsetof(struct reboot_trace, startups)},
};

static int64_t *number(const struct reboot_trace *trace, size_t i)
{
    return (int64_t *)((char *)trace + NUMBERS[i].offset);
}

static struct trace_items *list(const struct reboot_trace *trace, size_t i)
{
    return (struct trace_items *)((char *)trace + LISTS[i].offset);
}

void trace_init(struct reboot_trace *trace)
{
    *trace = (struct reboot_trace){0};
    for (size_t i = 0; i < ELEMENTS(NUMBERS); i++)
        *number(trace, i) = -1;
}

void trace_clear(struct reboot_trace *trace)
{
    free(trace->problem);
    for (size_t i = 0; i < ELEMENTS(LISTS); i++)
        for (size_t k = 0; k < list(trace, i)->n; k++)
            free(list(trace, i)->all[k].name);
    trace_init(trace);
}

void trace_free(struct reboot_trace *trace)
{
    if (trace)
        trace_clear(trace);
    free(trace);
}

/* A cut must not leave half a character, which JSON would not hold. */
static char *name_of(const char *text, size_t length)
{
    AUTOFREE char *raw = xstrndup(text, length);
    char *name = text_printable(raw);
    size_t at = 0;

    while (name[at] && at + text_character_length(name + at) < TRACE_NAME)
        at += text_character_length(name + at);
    name[at] = 0;
    return name;
}

void trace_add(struct trace_items *items, const char *name, size_t length, int64_t duration)
{
    size_t at = items->n;

    while (at > 0 && items->all[at - 1].duration < duration)
        at--;
    if (at == TRACE_ITEMS)
        return;
    if (items->n == TRACE_ITEMS)
        free(items->all[--items->n].name);
    memmove(&items->all[at + 1], &items->all[at], (items->n - at) * sizeof(items->all[0]));
    items->all[at] = (struct trace_item){.name = name_of(name, length), .duration = duration};
    items->n++;
}

static int take_items(const struct json_object *object, const char *key, struct trace_items *ret)
{
    struct json_object *array = NULL;
    size_t n;

    if (!json_object_object_get_ex(object, key, &array))
        return 0;
    n = json_object_is_type(array, json_type_array) ? json_object_array_length(array) : SIZE_MAX;
    if (n > TRACE_ITEMS)
        return -EBADMSG;
    for (size_t i = 0; i < n; i++) {
        const struct json_object *item = json_object_array_get_idx(array, i);
        const char *name = json_string(item, "name");
        int64_t duration = json_time(item, "usec", -1);

        if (!name || duration < 0)
            return -EBADMSG;
        trace_add(ret, name, strlen(name), duration);
    }
    return 0;
}

int trace_from_json(const struct json_object *object, struct reboot_trace *ret)
{
    int r = 0;

    trace_init(ret);
    if (!json_object_is_type(object, json_type_object))
        return -EBADMSG;
    ret->problem = xstrdup(json_string(object, "problem"));
    ret->n_devices = json_time(object, "n_devices", 0);
    for (size_t i = 0; i < ELEMENTS(NUMBERS); i++)
        *number(ret, i) = json_time(object, NUMBERS[i].key, -1);
    for (size_t i = 0; i < ELEMENTS(LISTS) && r == 0; i++)
        r = take_items(object, LISTS[i].key, list(ret, i));
    return r;
}

static struct json_object *items_to_json(const struct trace_items *items)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < items->n; i++) {
        struct json_object *object = json_object_new_object();

        json_add_string(object, "name", items->all[i].name);
        json_add_number(object, "usec", items->all[i].duration);
        json_object_array_add(array, object);
    }
    return array;
}

struct json_object *trace_to_json(const struct reboot_trace *trace)
{
    struct json_object *object = json_object_new_object();

    if (trace->problem)
        json_add_string(object, "problem", trace->problem);
    if (trace->n_devices)
        json_add_number(object, "n_devices", trace->n_devices);
    for (size_t i = 0; i < ELEMENTS(NUMBERS); i++)
        if (*number(trace, i) >= 0)
            json_add_number(object, NUMBERS[i].key, *number(trace, i));
    for (size_t i = 0; i < ELEMENTS(LISTS); i++)
        if (list(trace, i)->n)
            json_object_object_add(object, LISTS[i].key, items_to_json(list(trace, i)));
    return object;
}
