/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/notes.h"

#include "base/util.h"

static const struct {
    const char *key;
    size_t offset;
} LOADED[] = {
    {"id", offsetof(struct loaded_facts, id)},
    {"release", offsetof(struct loaded_facts, release)},
    {"signature", offsetof(struct loaded_facts, signature)},
};

static char **loaded_text(const struct loaded_facts *loaded, size_t i)
{
    return (char **)((char *)loaded + LOADED[i].offset);
}

void loaded_from_json(const struct json_object *object, struct loaded_facts *ret)
{
    *ret = (struct loaded_facts){0};
    for (size_t i = 0; i < ELEMENTS(LOADED); i++)
        if (!json_string(object, LOADED[i].key))
            return;
    for (size_t i = 0; i < ELEMENTS(LOADED); i++)
        *loaded_text(ret, i) = xstrdup(json_string(object, LOADED[i].key));
}

struct json_object *loaded_to_json(const struct loaded_facts *loaded)
{
    struct json_object *object = json_object_new_object();

    for (size_t i = 0; i < ELEMENTS(LOADED); i++)
        json_add_string(object, LOADED[i].key, *loaded_text(loaded, i));
    return object;
}

void loaded_facts_clear(struct loaded_facts *facts)
{
    for (size_t i = 0; i < ELEMENTS(LOADED); i++)
        free(*loaded_text(facts, i));
    *facts = (struct loaded_facts){0};
}

void go_ahead_from_json(const struct json_object *object, struct go_ahead *ret)
{
    *ret = (struct go_ahead){.job = json_number(object, "job", -1),
                             .watchdog = json_number(object, "watchdog", 0)};
}

struct json_object *go_ahead_to_json(const struct go_ahead *go)
{
    struct json_object *object = json_object_new_object();

    json_add_number(object, "job", go->job);
    json_add_number(object, "watchdog", go->watchdog);
    return object;
}

void detach_from_json(const struct json_object *object, struct quirk_facts *ret)
{
    *ret = (struct quirk_facts){.unbind = (char *)json_string(object, "unbind"),
                                .unload = (char *)json_string(object, "unload"),
                                .keep = (char *)json_string(object, "keep"),
                                .together = (char *)json_string(object, "together")};
}

struct json_object *detach_to_json(const struct quirk_facts *quirk)
{
    struct json_object *object = json_object_new_object();

    json_add_string(object, "unbind", quirk->unbind);
    json_add_string(object, "unload", quirk->unload);
    json_add_string(object, "keep", quirk->keep);
    json_add_string(object, "together", quirk->together);
    return object;
}

void failure_facts_clear(struct failure_facts *facts)
{
    failures_clear(&facts->failures);
    free(facts->firmware);
    *facts = (struct failure_facts){0};
}

void health_facts_clear(struct health_facts *facts)
{
    inventory_clear(&facts->before);
    inventory_clear(&facts->now);
    free(facts->release);
    free(facts->asked);
    free(facts->told);
    *facts = (struct health_facts){0};
}
