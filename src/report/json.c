/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The keys are documented in fastreboot-json(7) and stable: keys are only ever added. */

#include "base/text.h"
#include "base/util.h"
#include "decide/watchdog.h"
#include "report/report.h"

enum {
    SCHEMA = 1, /* raised only if a key changes its meaning */
};

static void print_json(struct json_object *object)
{
    AUTOFREE char *safe = text_printable_json(
        json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                                   JSON_C_TO_STRING_NOSLASHESCAPE));

    puts(safe);
    json_object_put(object);
}

static const char *next_name(const struct verdict *verdict)
{
    if (verdict->fast)
        return "fast";
    return verdict->needs_root ? "unknown" : "firmware";
}

static const char *way_name(enum boot_way way)
{
    static const char *const NAMES[] = {"firmware", "kexec", "unknown"};

    return NAMES[way];
}

static const char *loader_name(const struct boot_entries *entries)
{
    return entries->loader ? entries->loader : "none";
}

static const char *loaded_by(const struct facts *facts)
{
    switch (facts->kexec.loaded.is) {
    case ANSWER_NO:
        return "nobody";
    case ANSWER_YES:
        return facts->loaded.release ? "fastreboot" : "somebody else";
    default:
        return "unknown";
    }
}

/* null if not known */
static void add_answer(struct json_object *object, const char *key, const struct answer *answer)
{
    if (answer->is == ANSWER_UNKNOWN)
        json_add_string(object, key, NULL);
    else
        json_add_bool(object, key, answer->is == ANSWER_YES);
}

static struct json_object *finding_as_json(const struct finding *finding)
{
    static const char *const RESULTS[] = {"passed", "applies", "unknown"};
    struct json_object *object = json_object_new_object();
    const struct reason *reason = finding->reason;
    bool applies = finding->found.is != ANSWER_NO;

    json_add_string(object, "id", reason->id);
    json_add_string(object, "severity", severity_name(reason->severity));
    json_add_string(object, "class", kind_name(finding_kind(finding)));
    json_add_string(object, "result", RESULTS[finding->found.is]);
    json_add_string(object, "text", applies ? finding->found.text : reason->passed);
    json_add_string(object, "advice", applies ? finding_advice(finding) : NULL);
    json_add_string(object, "follows", applies ? finding->follows : NULL);
    json_add_bool(object, "needs_root", finding_needs_root(finding));
    return object;
}

static struct json_object *findings_as_json(const struct verdict *verdict, bool all)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < verdict->n; i++)
        if (all || verdict->findings[i].found.is != ANSWER_NO)
            json_object_array_add(array, finding_as_json(&verdict->findings[i]));
    return array;
}

static struct json_object *entry_as_json(const struct boot_entry *entry)
{
    struct json_object *object = json_object_new_object(), *initrds = json_object_new_array();

    for (size_t i = 0; i < entry->n_initrds; i++)
        json_object_array_add(initrds, json_new_string(entry->initrds[i]));
    json_add_string(object, "id", entry->id);
    json_add_string(object, "title", entry->title);
    json_add_string(object, "kernel", entry->problem ? NULL : entry->kernel);
    json_object_object_add(object, "initrds", initrds);
    json_add_string(object, "cmdline", entry->problem ? NULL : entry->cmdline);
    json_add_string(object, "source", entry->source);
    if (entry->uki)
        json_add_bool(object, "uki", true);
    return object;
}

static void add_verdict(struct json_object *object, const struct verdict *verdict, bool all)
{
    json_add_number(object, "schema", SCHEMA);
    json_add_string(object, "next", next_name(verdict));
    json_add_string(object, "because", verdict->because ? verdict->because->found.text : NULL);
    json_add_string(object, "because_id", verdict->because ? verdict->because->reason->id : NULL);
    json_add_number(object, "warnings", (int64_t)verdict->warnings);
    json_object_object_add(object, "reasons", findings_as_json(verdict, all));
}

static struct json_object *payload_as_json(const struct survey *survey)
{
    const struct facts *facts = &survey->facts;
    struct json_object *object;

    if (!facts->payload.entry)
        return NULL;
    object = entry_as_json(facts->payload.entry);
    json_add_string(object, "added", facts->payload.entry->problem ? NULL : survey->added);
    json_add_string(object, "release", facts->payload.image.release);
    json_add_string(object, "loader", loader_name(&facts->boot_entries));
    json_add_string(object, "chosen_by", facts->boot_entries.chosen_reason);
    return object;
}

static struct json_object *loaded_as_json(const struct facts *facts)
{
    struct json_object *object = json_object_new_object();

    json_add_string(object, "by", loaded_by(facts));
    json_add_string(object, "release", facts->loaded.release);
    json_add_bool(object, "current", facts->loaded.current);
    return object;
}

static struct json_object *boot_as_json(const struct facts *facts)
{
    struct json_object *object = json_object_new_object();

    json_add_string(object, "way", way_name(facts->boot.way));
    json_add_string(object, "release", facts->boot.release);
    json_add_string(object, "attempt", facts->boot.mark);
    json_add_string(object, "boot_loader", facts->started.name);
    json_add_string(object, "boot_loader_proof", facts->started.proof);
    return object;
}

/* The health check of this boot while it is under way, or null. */
static struct json_object *health_as_json(const struct health_facts *health)
{
    struct json_object *object;

    if (!health->under_way)
        return NULL;
    object = json_object_new_object();
    json_add_string(object, "release", health->release);
    if (health->deadline > 0)
        json_add_number(object, "deadline_usec", health->deadline);
    else
        json_add_string(object, "deadline_usec", NULL);
    return object;
}

/* The timeout in seconds that the hardware watchdog gets at the next jump; 0 if it is not used. */
static int64_t watchdog_seconds(const struct facts *facts)
{
    CLEANUP(watchdog_plan_clear) struct watchdog_plan plan;

    watchdog_decide(facts, &plan);
    return plan.seconds;
}

void report_status_json(const struct survey *survey, const struct boot_record *last)
{
    struct json_object *object = json_object_new_object();
    const struct facts *facts = &survey->facts;

    add_verdict(object, &survey->verdict, false);
    add_answer(object, "enabled", &facts->units.enabled);
    json_object_object_add(object, "entry", payload_as_json(survey));
    json_object_object_add(object, "loaded", loaded_as_json(facts));
    json_object_object_add(object, "boot", boot_as_json(facts));
    json_object_object_add(object, "health", health_as_json(&facts->health));
    json_add_number(object, "watchdog_seconds", watchdog_seconds(facts));
    json_object_object_add(object, "last_reboot", last ? boot_record_to_json(last) : NULL);
    print_json(object);
}

void report_check_json(const struct survey *survey, bool all)
{
    struct json_object *object = json_object_new_object();

    add_verdict(object, &survey->verdict, all);
    print_json(object);
}

void report_kernel_json(const struct kernel_report *kernel)
{
    struct json_object *object = json_object_new_object();

    json_add_string(object, "kernel", kernel->release);
    json_add_string(object, "missing", kernel->missing->text);
    json_add_string(object, "error",
                    kernel->missing->is == ANSWER_UNKNOWN ? strerror(kernel->missing->error)
                                                          : NULL);
    json_add_string(object, "pinned", kernel->pinned->text);
    json_add_string(object, "because", kernel->because);
    print_json(object);
}

void report_list_json(const struct boot_entries *entries, const struct listed_entry *listed)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < entries->n; i++) {
        struct json_object *object = entry_as_json(listed[i].entry);

        json_add_string(object, "release", listed[i].release);
        json_add_bool(object, "default", listed[i].chosen);
        json_add_bool(object, "boots", !listed[i].problem);
        json_add_string(object, "problem", listed[i].problem);
        json_object_array_add(array, object);
    }
    print_json(array);
}

void report_history_json(const struct history *history, size_t n)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = history->n > n ? history->n - n : 0; i < history->n; i++)
        json_object_array_add(array, boot_record_to_json(&history->all[i]));
    print_json(array);
}
