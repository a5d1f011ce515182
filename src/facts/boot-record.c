/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/boot-record.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"

static const char *const OUTCOMES[] = {"fast", "firmware", "failed", "unknown", "damaged", "other"};
/* NULL: records from before there was a health check. */
static const char *const HEALTHS[] = {NULL, "checking", "complete", "missing"};

static int outcome_of(const char *name)
{
    for (size_t i = 0; name && i < ELEMENTS(OUTCOMES); i++)
        if (streq(name, OUTCOMES[i]))
            return (int)i;
    return -EBADMSG;
}

static int health_of(const char *name)
{
    for (size_t i = 0; i < ELEMENTS(HEALTHS); i++)
        if (name && HEALTHS[i] ? streq(name, HEALTHS[i]) : name == HEALTHS[i])
            return (int)i;
    return -EBADMSG;
}

static int missing_from_json(const struct json_object *object, char ***ret_missing)
{
    struct json_object *array;
    size_t n;

    if (!json_object_object_get_ex(object, "missing", &array) || !array)
        return 0;
    n = json_object_is_type(array, json_type_array) ? json_object_array_length(array) : SIZE_MAX;
    if (n > MAX_MISSING)
        return -EBADMSG;
    *ret_missing = xcalloc(n + 1, sizeof(**ret_missing));
    for (size_t i = 0; i < n; i++) {
        struct json_object *text = json_object_array_get_idx(array, i);

        if (!json_object_is_type(text, json_type_string))
            return -EBADMSG;
        (*ret_missing)[i] = xstrdup(json_object_get_string(text));
    }
    return 0;
}

int boot_record_from_json(const struct json_object *object, struct boot_record *ret_record)
{
    int outcome = outcome_of(json_string(object, "outcome"));
    int health = health_of(json_string(object, "health"));

    *ret_record = (struct boot_record){
        .time = json_time(object, "time", 0),
        .down = json_time(object, "down_ms", -1),
        .back = json_time(object, "back_ms", -1),
        .away = -1,
    };
    if (outcome < 0 || health < 0)
        return -EBADMSG;
    ret_record->outcome = (enum outcome)outcome;
    ret_record->health = (enum health)health;
    ret_record->id = xstrdup(json_string(object, "id"));
    ret_record->boot_id = xstrdup(json_string(object, "boot_id"));
    ret_record->text = xstrdup(json_string(object, "text"));
    ret_record->reason_id = xstrdup(json_string(object, "because_id"));
    ret_record->release = xstrdup(json_string(object, "release"));
    return ret_record->text ? missing_from_json(object, &ret_record->missing) : -EBADMSG;
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
    struct json_object *object = json_object_new_object(), *missing = NULL;

    for (char **text = record->missing; text && *text; text++) {
        missing = missing ? missing : json_object_new_array();
        json_object_array_add(missing, json_new_string(*text));
    }
    json_add_number(object, "time", record->time);
    json_add_string(object, "id", record->id);
    json_add_string(object, "boot_id", record->boot_id);
    json_add_string(object, "outcome", OUTCOMES[record->outcome]);
    json_add_string(object, "text", record->text);
    json_add_string(object, "because_id", record->reason_id);
    json_add_string(object, "release", record->release);
    add_duration(object, "down_ms", record->down);
    add_duration(object, "back_ms", record->back);
    json_add_string(object, "health", HEALTHS[record->health]);
    json_object_object_add(object, "missing", missing);
    return object;
}

void boot_record_clear(struct boot_record *record)
{
    free(record->id);
    free(record->boot_id);
    free(record->text);
    free(record->reason_id);
    free(record->release);
    names_free(record->missing);
    if (record->times)
        times_clear(record->times);
    free(record->times);
    if (record->death)
        death_clear(record->death);
    free(record->death);
    *record = (struct boot_record){0};
}

bool record_was_fast(const struct boot_record *record)
{
    return record->outcome == OUTCOME_FAST || record->outcome == OUTCOME_DAMAGED ||
           record->outcome == OUTCOME_OTHER;
}

const char *outcome_name(enum outcome outcome)
{
    return OUTCOMES[outcome];
}

const char *health_name(enum health health)
{
    return HEALTHS[health];
}
