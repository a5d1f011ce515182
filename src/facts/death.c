/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/death.h"

#include <errno.h>

#include "base/util.h"

static const char *const KINDS[] = {NULL,    "panic", "oops",     "watchdog",
                                    "reset", "power", "shutdown", "refused"};

static int kind_of(const char *name)
{
    for (size_t i = 1; name && i < ELEMENTS(KINDS); i++)
        if (streq(name, KINDS[i]))
            return (int)i;
    return name ? -EBADMSG : DEATH_UNKNOWN;
}

int death_from_json(const struct json_object *object, struct death *ret)
{
    int kind = kind_of(json_string(object, "kind"));

    *ret = (struct death){.marked = json_number(object, "marked", 0) != 0,
                          .claimed = json_number(object, "claimed", 0) != 0};
    if (kind < 0)
        return kind;
    ret->kind = (enum death_kind)kind;
    ret->id = xstrdup(json_string(object, "id"));
    ret->text = xstrdup(json_string(object, "text"));
    ret->evidence = xstrdup(json_string(object, "evidence"));
    ret->record = xstrdup(json_string(object, "record"));
    ret->log = xstrdup(json_string(object, "log"));
    return ret->id && ret->evidence ? 0 : -EBADMSG;
}

struct json_object *death_to_json(const struct death *death)
{
    struct json_object *object = json_object_new_object();

    json_add_number(object, "version", STATE_VERSION);
    json_add_string(object, "id", death->id);
    json_add_string(object, "kind", KINDS[death->kind]);
    json_add_string(object, "text", death->text);
    json_add_string(object, "evidence", death->evidence);
    json_add_string(object, "record", death->record);
    json_add_number(object, "marked", death->marked);
    json_add_number(object, "claimed", death->claimed);
    json_add_string(object, "log", death->log);
    return object;
}

void death_clear(struct death *death)
{
    free(death->id);
    free(death->text);
    free(death->evidence);
    free(death->record);
    free(death->log);
    *death = (struct death){0};
}

void death_signs_clear(struct death_signs *signs)
{
    free(signs->backend);
    free(signs->record);
    free(signs->log);
    free(signs->watchdog);
    *signs = (struct death_signs){0};
}

const char *death_name(enum death_kind kind)
{
    return KINDS[kind];
}
