/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The keys are documented in fastreboot-json(7) and fastreboot.schema.json, and stable: keys are
 * only ever added. A key is always there; what is not known, or does not apply, is null. */

#include "base/text.h"
#include "base/util.h"
#include "decide/compare.h"
#include "decide/watchdog.h"
#include "report/json-death.h"
#include "report/json-objects.h"
#include "report/report.h"

static bool on_one_line;

void report_json_on_one_line(bool yes)
{
    on_one_line = yes;
}

static void print_json(struct json_object *object)
{
    int spaces =
        on_one_line ? JSON_C_TO_STRING_PLAIN : JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
    AUTOFREE char *safe = text_printable_json(
        json_object_to_json_string_ext(object, spaces | JSON_C_TO_STRING_NOSLASHESCAPE));

    puts(safe);
    json_object_put(object);
}

static const char *next_name(const struct verdict *verdict)
{
    if (verdict->fast)
        return "fast";
    return verdict->needs_root ? NULL : "firmware";
}

static const char *way_name(enum boot_way way)
{
    static const char *const NAMES[] = {"firmware", "kexec", NULL};

    return NAMES[way];
}

static const char *loaded_by(const struct facts *facts)
{
    switch (facts->kexec.loaded.is) {
    case ANSWER_NO:
        return "none";
    case ANSWER_YES:
        return facts->loaded.release ? "fastreboot" : "other";
    default:
        return NULL;
    }
}

static void add_verdict(struct json_object *object, const struct verdict *verdict, bool all)
{
    json_add_string(object, "next", next_name(verdict));
    json_add_string(object, "reason_id", verdict->because ? verdict->because->reason->id : NULL);
    json_add_string(object, "reason_text", verdict->because ? verdict->because->found.text : NULL);
    json_add_number(object, "warning_count", (int64_t)verdict->warnings);
    json_object_object_add(object, "reasons", json_findings(verdict, all));
}

static struct json_object *payload_as_json(const struct survey *survey)
{
    const struct facts *facts = &survey->facts;
    const struct boot_entry *entry = facts->payload.entry;
    AUTOFREE char *problem = entry ? decide_entry(facts, &facts->payload) : NULL;
    struct json_object *object;

    if (!entry)
        return NULL;
    object = json_entry(entry, facts->payload.image.release, problem);
    json_add_string(object, "cmdline_added", entry->problem ? NULL : survey->added);
    json_add_string(object, "method", facts->boot_entries.loader);
    json_add_string(object, "chosen_text", facts->boot_entries.chosen_reason);
    return object;
}

static struct json_object *loaded_as_json(const struct facts *facts)
{
    struct json_object *object = json_object_new_object();

    json_add_string(object, "by", loaded_by(facts));
    json_add_string(object, "release", facts->loaded.release);
    if (facts->loaded.release)
        json_add_bool(object, "current", facts->loaded.current);
    else
        json_add_string(object, "current", NULL);
    if (facts->loaded.memory > 0)
        json_add_number(object, "memory_bytes", (int64_t)facts->loaded.memory);
    else
        json_add_string(object, "memory_bytes", NULL);
    return object;
}

static struct json_object *boot_as_json(const struct facts *facts)
{
    struct json_object *object = json_object_new_object();

    json_add_string(object, "way", way_name(facts->boot.way));
    json_add_string(object, "release", facts->boot.release);
    json_add_string(object, "boot_id", facts->boot.boot_id);
    json_add_string(object, "attempt_id", facts->boot.mark);
    json_add_string(object, "boot_loader", facts->started.name);
    json_add_string(object, "boot_loader_text", facts->started.proof);
    return object;
}

/* What is missing while the health check is under way. */
static struct json_object *missing_now(const struct health_facts *health)
{
    CLEANUP(losses_clear) struct losses losses = {0};
    struct json_object *array = json_object_new_array();

    compare(&health->before, &health->now, &losses);
    for (size_t i = 0; i < losses.n; i++)
        json_object_array_add(array, json_new_string(losses.all[i].text));
    return array;
}

/* The health check of this boot. */
static struct json_object *health_as_json(const struct health_facts *health,
                                          const struct boot_record *last)
{
    struct json_object *object = json_object_new_object();
    bool checking = health->under_way;
    const char *state = last ? health_name(last->health) : NULL;

    json_add_string(object, "state", checking ? health_name(HEALTH_CHECKING) : state);
    json_object_object_add(object, "missing", checking ? missing_now(health) : json_missing(last));
    json_add_string(object, "release", checking ? health->release : NULL);
    json_add_usec(object, "deadline_usec", checking ? health->deadline : 0, 0);
    return object;
}

/* The hardware watchdog at the next jump. */
static struct json_object *watchdog_as_json(const struct facts *facts)
{
    CLEANUP(watchdog_plan_clear) struct watchdog_plan plan;
    struct json_object *object = json_object_new_object();

    watchdog_decide(facts, &plan);
    json_add_string(object, "identity", facts->watchdog.identity);
    json_add_bool(object, "used", plan.used);
    json_add_usec(object, "timeout_usec", plan.seconds * (int64_t)1000000, 0);
    return object;
}

static struct json_object *failed_kernels_as_json(const struct failure_facts *facts)
{
    struct json_object *array = facts->error ? NULL : json_object_new_array();

    for (size_t i = 0; array && i < facts->failures.n; i++) {
        const struct failure *failure = &facts->failures.all[i];
        struct json_object *object = json_object_new_object();

        json_add_string(object, "release", failure->release);
        json_add_usec(object, "time_usec", failure->time, 0);
        json_add_string(object, "text", failure->reason);
        json_object_array_add(array, object);
    }
    return array;
}

void report_status_json(const struct survey *survey, const struct boot_record *last)
{
    struct json_object *object = json_answer();
    const struct facts *facts = &survey->facts;

    add_verdict(object, &survey->verdict, false);
    json_add_answer(object, "enabled", &facts->units.enabled);
    json_object_object_add(object, "entry", payload_as_json(survey));
    json_object_object_add(object, "loaded", loaded_as_json(facts));
    json_object_object_add(object, "boot", boot_as_json(facts));
    json_object_object_add(object, "health", health_as_json(&facts->health, last));
    json_object_object_add(object, "watchdog", watchdog_as_json(facts));
    json_add_bool(object, "trace_armed", facts->traced);
    json_object_object_add(object, "failed_kernels", failed_kernels_as_json(&facts->failure));
    json_object_object_add(object, "last_reboot", last ? json_record(last) : NULL);
    print_json(object);
}

void report_check_json(const struct survey *survey, bool all)
{
    struct json_object *object = json_answer();

    add_verdict(object, &survey->verdict, all);
    print_json(object);
}

void report_trial_json(const struct trial *trial)
{
    static const char *const RESULTS[] = {"passed", "firmware", "refused"};
    struct json_object *object = json_answer();

    add_verdict(object, &trial->survey.verdict, false);
    json_add_string(object, "result", RESULTS[trial->result]);
    json_add_string(object, "problem", trial->error);
    json_add_usec(object, "load_usec", trial->load, -1);
    print_json(object);
}

void report_reason_json(const struct reason *reason)
{
    struct json_object *object = json_answer();

    json_add_string(object, "id", reason->id);
    json_add_string(object, "group", group_name(reason->group));
    json_add_string(object, "severity", severity_name(reason->severity));
    json_add_string(object, "class", kind_name(reason->kind));
    json_add_string(object, "summary", reason->about);
    json_add_string(object, "advice", reason->advice);
    print_json(object);
}

void report_wait_json(const struct wait_report *wait)
{
    struct json_object *object = json_answer();
    const struct health_facts *health = wait->health;

    json_add_string(object, "result", wait->result);
    json_add_string(object, "problem", wait->problem);
    json_add_usec(object, "deadline_usec", health->under_way ? health->deadline : 0, 0);
    json_object_object_add(object, "last_reboot", wait->last ? json_record(wait->last) : NULL);
    print_json(object);
}

/* The same object as for the next kernel, about this one. */
static void add_reason(struct json_object *array, const char *id, const struct answer *answer)
{
    const struct finding finding = {.reason = reason_find(id), .found = *answer};

    if (answer->is != ANSWER_NO)
        json_object_array_add(array, json_finding(&finding));
}

void report_kernel_json(const struct kernel_report *kernel)
{
    struct json_object *object = json_answer(), *reasons = json_object_new_array();
    AUTOFREE char *unknown = kernel_unknown_text(kernel);
    struct answer missing = *kernel->missing;

    if (unknown)
        missing.text = unknown;
    add_reason(reasons, "driver-missing", &missing);
    add_reason(reasons, "kernel-pinned", kernel->pinned);
    if (kernel->because)
        json_object_array_add(reasons, json_finding(kernel->because));
    json_add_string(object, "release", kernel->release);
    json_object_object_add(object, "reasons", reasons);
    print_json(object);
}

void report_list_json(const struct boot_entries *entries, const struct listed_entry *listed)
{
    struct json_object *object = json_answer(), *array = json_object_new_array();

    for (size_t i = 0; i < entries->n; i++) {
        struct json_object *entry =
            json_entry(listed[i].entry, listed[i].release, listed[i].problem);

        json_add_bool(entry, "default", listed[i].chosen);
        json_object_array_add(array, entry);
    }
    json_add_string(object, "method", entries->loader);
    json_add_string(object, "problem", entries->problem);
    json_object_object_add(object, "entries", array);
    print_json(object);
}

void report_why_json(const struct boot_record *record, size_t number)
{
    struct json_object *object = json_answer();

    json_add_number(object, "number", (int64_t)number);
    json_object_object_add(object, "reboot", json_record(record));
    json_object_object_add(object, "log", json_log(record->death));
    print_json(object);
}

/* Over these reboots. */
static struct json_object *away_as_json(const struct history *history)
{
    struct json_object *object = json_object_new_object();
    size_t n_fast, n_firmware;
    int64_t fast = history_mean_away(history, 0, OUTCOME_FAST, &n_fast);
    int64_t firmware = history_mean_away(history, 0, OUTCOME_FIRMWARE, &n_firmware);

    json_add_usec(object, "fast_usec", fast, -1);
    json_add_number(object, "fast_count", (int64_t)n_fast);
    json_add_usec(object, "firmware_usec", firmware, -1);
    json_add_number(object, "firmware_count", (int64_t)n_firmware);
    if (n_fast && n_firmware)
        json_add_number(object, "saved_usec", firmware - fast);
    else
        json_add_string(object, "saved_usec", NULL);
    return object;
}

void report_history_json(const struct boot_record records[], size_t n)
{
    const struct history view = {.all = (struct boot_record *)records, .n = n};
    struct json_object *object = json_answer(), *array = json_object_new_array();

    for (size_t i = 0; i < n; i++)
        json_object_array_add(array, json_record(&records[i]));
    json_object_object_add(object, "reboots", array);
    json_object_object_add(object, "mean_away", away_as_json(&view));
    print_json(object);
}
