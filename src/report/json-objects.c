/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/json-objects.h"

#include "base/util.h"
#include "report/json-death.h"
#include "report/json-times.h"

enum {
    SCHEMA = 1, /* raised only if a key changes its meaning or goes */
};

struct json_object *json_answer(void)
{
    struct json_object *object = json_object_new_object();

    json_add_number(object, "schema_version", SCHEMA);
    json_add_string(object, "program_version", VERSION);
    return object;
}

void json_add_answer(struct json_object *object, const char *key, const struct answer *answer)
{
    if (answer->is == ANSWER_UNKNOWN)
        json_add_string(object, key, NULL);
    else
        json_add_bool(object, key, answer->is == ANSWER_YES);
}

struct json_object *json_texts(char *const texts[])
{
    struct json_object *array = texts ? json_object_new_array() : NULL;

    for (; texts && *texts; texts++)
        json_object_array_add(array, json_new_string(*texts));
    return array;
}

/* "/etc/fastreboot.conf:1" as two members; null if it is not known, has no line, or is no path, as
 * on a partition that is not mounted. */
static void add_source(struct json_object *object, const char *text)
{
    const char *source = text && !strchr(text, ' ') ? text : NULL;
    const char *colon = source ? strrchr(source, ':') : NULL;
    bool has_line = colon && colon[1] && !colon[1 + strspn(colon + 1, "0123456789")];
    AUTOFREE char *file = has_line ? xstrndup(source, (size_t)(colon - source)) : xstrdup(source);

    json_add_string(object, "file", file);
    if (has_line)
        json_add_number(object, "line", atoi(colon + 1));
    else
        json_add_string(object, "line", NULL);
}

struct json_object *json_finding(const struct finding *finding)
{
    struct json_object *object = json_object_new_object();
    const struct reason *reason = finding->reason;
    bool passed = finding->found.is == ANSWER_NO;

    json_add_string(object, "id", reason->id);
    json_add_string(object, "group", group_name(reason->group));
    json_add_string(object, "severity", severity_name(reason->severity));
    json_add_string(object, "class", kind_name(finding_kind(finding)));
    json_add_answer(object, "applies", &finding->found);
    json_add_string(object, "text", passed ? reason->passed : finding->found.text);
    json_add_string(object, "advice", passed ? NULL : finding_advice(finding));
    add_source(object, passed ? NULL : finding->found.source);
    json_add_string(object, "follows", passed ? NULL : finding->follows);
    json_add_bool(object, "needs_root", finding_needs_root(finding));
    return object;
}

struct json_object *json_findings(const struct verdict *verdict, bool all)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < verdict->n; i++)
        if (all || verdict->findings[i].found.is != ANSWER_NO)
            json_object_array_add(array, json_finding(&verdict->findings[i]));
    return array;
}

static struct json_object *initrds_of(const struct boot_entry *entry)
{
    struct json_object *array;

    if (entry->problem)
        return NULL;
    array = json_object_new_array();
    for (size_t i = 0; i < entry->n_initrds; i++)
        json_object_array_add(array, json_new_string(entry->initrds[i]));
    return array;
}

struct json_object *json_entry(const struct boot_entry *entry, const char *release,
                               const char *problem)
{
    struct json_object *object = json_object_new_object();

    json_add_string(object, "id", entry->id);
    json_add_string(object, "title", entry->title);
    json_add_string(object, "release", release);
    json_add_string(object, "kernel", entry->problem ? NULL : entry->kernel);
    json_object_object_add(object, "initrds", initrds_of(entry));
    json_add_string(object, "cmdline", entry->problem ? NULL : entry->cmdline);
    json_add_bool(object, "uki", entry->uki);
    json_add_string(object, "source", entry->source);
    json_add_string(object, "problem", problem);
    return object;
}

struct json_object *json_missing(const struct boot_record *record)
{
    if (record && record->health == HEALTH_COMPLETE)
        return json_object_new_array();
    return record ? json_texts(record->missing) : NULL;
}

static int64_t usec_of(int64_t milliseconds)
{
    return milliseconds < 0 ? -1 : milliseconds * 1000;
}

struct json_object *json_record(const struct boot_record *record)
{
    struct json_object *object = json_object_new_object(), *health = json_object_new_object();
    bool unknown = record->outcome == OUTCOME_UNKNOWN;

    json_add_usec(object, "time_usec", record->time, 0);
    json_add_string(object, "attempt_id", record->id);
    json_add_string(object, "boot_id", record->boot_id);
    json_add_string(object, "outcome", unknown ? NULL : outcome_name(record->outcome));
    json_add_string(object, "text", record->text);
    json_add_string(object, "reason_id", record->reason_id);
    json_add_string(object, "release", record->release);
    json_add_usec(object, "down_usec", usec_of(record->down), -1);
    json_add_usec(object, "back_usec", usec_of(record->back), -1);
    json_add_usec(object, "away_usec", record->away, -1);
    json_add_string(health, "state", health_name(record->health));
    json_object_object_add(health, "missing", json_missing(record));
    json_object_object_add(object, "health", health);
    json_object_object_add(object, "death", json_death(record->death));
    json_object_object_add(object, "times", record->times ? json_times(record) : NULL);
    return object;
}
