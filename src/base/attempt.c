/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/attempt.h"

#include <errno.h>

#include "base/util.h"

static const char *const STATES[] = {"begun", "firmware", "loaded", "failed"};
static const char *const OUTCOMES[] = {"fast", "firmware", "failed", "unknown"};

static int index_of(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; name && i < n; i++)
        if (streq(name, names[i]))
            return (int)i;
    return -EBADMSG;
}

/* A member that may be missing. */
static int copy(const struct json_object *object, const char *key, char **ret_text)
{
    const char *text = json_string(object, key);

    *ret_text = text ? strdup(text) : NULL;
    return text && !*ret_text ? -ENOMEM : 0;
}

int attempt_from_json(const struct json_object *object, struct attempt *ret_attempt)
{
    int state = index_of(json_string(object, "state"), STATES, ELEMENTS(STATES));

    *ret_attempt = (struct attempt){.time = json_number(object, "time", -1)};
    if (state < 0 || ret_attempt->time < 0)
        return -EBADMSG;
    ret_attempt->state = (enum attempt_state)state;
    if (copy(object, "id", &ret_attempt->id) < 0 ||
        copy(object, "boot_id", &ret_attempt->boot_id) < 0 ||
        copy(object, "release", &ret_attempt->release) < 0 ||
        copy(object, "kernel", &ret_attempt->kernel) < 0 ||
        copy(object, "reason", &ret_attempt->reason) < 0)
        return -ENOMEM;
    return ret_attempt->id && ret_attempt->boot_id ? 0 : -EBADMSG;
}

struct json_object *attempt_to_json(const struct attempt *attempt)
{
    struct json_object *object = json_object_new_object();

    json_add_string(object, "id", attempt->id);
    json_add_string(object, "boot_id", attempt->boot_id);
    json_add_number(object, "time", attempt->time);
    json_add_string(object, "state", STATES[attempt->state]);
    json_add_string(object, "release", attempt->release);
    json_add_string(object, "kernel", attempt->kernel);
    json_add_string(object, "reason", attempt->reason);
    return object;
}

void attempt_clear(struct attempt *attempt)
{
    free(attempt->id);
    free(attempt->boot_id);
    free(attempt->release);
    free(attempt->kernel);
    free(attempt->reason);
    *attempt = (struct attempt){0};
}

int boot_record_from_json(const struct json_object *object, struct boot_record *ret_record)
{
    int outcome = index_of(json_string(object, "outcome"), OUTCOMES, ELEMENTS(OUTCOMES));

    *ret_record = (struct boot_record){
        .time = json_number(object, "time", 0),
        .down = json_number(object, "down_ms", -1),
        .back = json_number(object, "back_ms", -1),
    };
    if (outcome < 0)
        return -EBADMSG;
    ret_record->outcome = (enum outcome)outcome;
    if (copy(object, "id", &ret_record->id) < 0 || copy(object, "text", &ret_record->text) < 0 ||
        copy(object, "release", &ret_record->release) < 0)
        return -ENOMEM;
    return ret_record->text ? 0 : -EBADMSG;
}

static void add_duration(struct json_object *object, const char *key, int64_t milliseconds)
{
    if (milliseconds >= 0)
        json_add_number(object, key, milliseconds);
    else
        json_add_string(object, key, NULL);
}

struct json_object *boot_record_to_json(const struct boot_record *record)
{
    struct json_object *object = json_object_new_object();

    json_add_number(object, "time", record->time);
    json_add_string(object, "id", record->id);
    json_add_string(object, "outcome", OUTCOMES[record->outcome]);
    json_add_string(object, "text", record->text);
    json_add_string(object, "release", record->release);
    add_duration(object, "down_ms", record->down);
    add_duration(object, "back_ms", record->back);
    return object;
}

void boot_record_clear(struct boot_record *record)
{
    free(record->id);
    free(record->text);
    free(record->release);
    *record = (struct boot_record){0};
}

const char *outcome_name(enum outcome outcome)
{
    return OUTCOMES[outcome];
}
