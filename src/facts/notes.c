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
    ret->added = xstrdup(json_string(object, "added"));
    ret->blocks = xstrdup(json_string(object, "blocks"));
    ret->memory = (uint64_t)json_number(object, "memory", 0);
    ret->left = json_number(object, "left", -1);
}

struct json_object *loaded_to_json(const struct loaded_facts *loaded)
{
    struct json_object *object = json_object_new_object();

    for (size_t i = 0; i < ELEMENTS(LOADED); i++)
        json_add_string(object, LOADED[i].key, *loaded_text(loaded, i));
    json_add_string(object, "added", loaded->added);
    json_add_string(object, "blocks", loaded->blocks);
    json_add_number(object, "memory", (int64_t)loaded->memory);
    json_add_number(object, "left", loaded->left);
    return object;
}

void loaded_facts_clear(struct loaded_facts *facts)
{
    for (size_t i = 0; i < ELEMENTS(LOADED); i++)
        free(*loaded_text(facts, i));
    free(facts->added);
    free(facts->blocks);
    *facts = (struct loaded_facts){0};
}

/* Only a load checks that a key still opens its volume. */
static bool has_keys(const struct crypt_facts *crypt)
{
    for (size_t i = 0; i < crypt->n_volumes; i++)
        if (unlock_is_enrolled(&crypt->volumes[i]))
            return true;
    return false;
}

/* Every load and unload, even one that fails, takes one off the kernel's number, which never grows
 * (kexec_load_permitted() in kernel/kexec_core.c). So while it has not changed, what fastreboot
 * loaded is what is loaded; with one exception: another program's load that was counted before
 * fastreboot's, and was then held up until that one had ended. */
void loaded_compare(struct facts *facts, const char *signature, const char *added,
                    const char *blocks)
{
    struct loaded_facts *loaded = &facts->loaded;
    bool counted = loaded->left >= 0;

    loaded->current = loaded->signature && streq(signature, loaded->signature) &&
                      (!counted || loaded->left == facts->kexec.left);
    loaded->proven = loaded->current && counted && loaded->added && loaded->blocks &&
                     streq(added, loaded->added) && streq(blocks, loaded->blocks) &&
                     !has_keys(&facts->crypt);
}

bool load_is_done(const struct facts *facts)
{
    return facts->loaded.proven ||
           (facts->loaded.current &&
            (facts->kexec.disabled.is == ANSWER_YES || facts->kexec.exhausted.is == ANSWER_YES));
}

uint64_t loaded_bytes(const struct boot_payload *payload)
{
    uint64_t bytes = payload->image.memory;

    for (size_t i = 0; i < payload->n_initrds; i++)
        bytes += payload->initrds[i].size;
    return bytes;
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
