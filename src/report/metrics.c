/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The names are documented in fastreboot-json(7) and stable. What is not known has no sample. */

#include "report/monitoring.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "base/util.h"
#include "decide/watchdog.h"
#include "report/words.h"

struct metrics {
    FILE *file;
    const char *name; /* of the last sample */
};

/* A label's value, in quotes. */
static void print_quoted(FILE *file, const char *value)
{
    AUTOFREE char *safe = text_printable(value);

    putc('"', file);
    for (const char *sign = safe; *sign; sign++) {
        if (*sign == '"' || *sign == '\\')
            putc('\\', file);
        putc(*sign, file);
    }
    putc('"', file);
}

/* A gauge, with its explanation before the first of several. Then the names and values of labels,
 * and NULL; a label whose value is NULL is left out. Frees `value`. */
static void sample(struct metrics *metrics, const char *name, const char *help, char *value, ...)
{
    AUTOFREE char *number = value;
    const char *separator = "{", *label;
    va_list labels;

    if (!metrics->name || !streq(metrics->name, name))
        fprintf(metrics->file, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
    metrics->name = name;
    fputs(name, metrics->file);
    va_start(labels, value);
    while ((label = va_arg(labels, const char *))) {
        const char *text = va_arg(labels, const char *);

        if (!text)
            continue;
        fprintf(metrics->file, "%s%s=", separator, label);
        print_quoted(metrics->file, text);
        separator = ",";
    }
    va_end(labels);
    fprintf(metrics->file, "%s %s\n", *separator == ',' ? "}" : "", number);
}

static char *flag(bool value)
{
    return xstrdup(value ? "1" : "0");
}

static char *count(size_t n)
{
    return format("%zu", n);
}

/* From milliseconds. */
static char *seconds(int64_t milliseconds)
{
    return format("%" PRId64 ".%03" PRId64, milliseconds / 1000, milliseconds % 1000);
}

static void add_program(struct metrics *metrics, const struct facts *facts, int64_t now)
{
    sample(metrics, "fastreboot_build_info", "The version of fastreboot.", flag(true), "version",
           VERSION, NULL);
    if (now > 0)
        sample(metrics, "fastreboot_last_check_timestamp_seconds",
               "When these metrics were collected.", seconds(now / 1000), NULL);
    if (facts->units.enabled.is != ANSWER_UNKNOWN)
        sample(metrics, "fastreboot_enabled", "Whether fastreboot is enabled.",
               flag(facts->units.enabled.is == ANSWER_YES), NULL);
    sample(metrics, "fastreboot_kernel_info",
           "The releases of the running kernel and of the one that is started next.", flag(true),
           "running", facts->boot.release, "next", facts->payload.image.release, NULL);
}

static void add_reason(struct metrics *metrics, const char *name, const char *help,
                       const struct finding *finding)
{
    sample(metrics, name, help, flag(true), "reason", finding->reason->id, "severity",
           severity_name(finding->reason->severity), "class", kind_name(finding_kind(finding)),
           NULL);
}

static void add_next(struct metrics *metrics, const struct verdict *verdict)
{
    static const char NAME[] = "fastreboot_next_reboot",
                      HELP[] = "What the next reboot will be: 1 for one kind, 0 for the others.";
    bool firmware = !verdict->fast && !verdict->needs_root;

    sample(metrics, NAME, HELP, flag(verdict->fast), "kind", "fast", NULL);
    sample(metrics, NAME, HELP, flag(firmware), "kind", "firmware", NULL);
    sample(metrics, NAME, HELP, flag(!verdict->fast && !firmware), "kind", "unknown", NULL);
    if (verdict->because)
        add_reason(metrics, "fastreboot_next_reboot_reason_info",
                   "The reason for which the next reboot is not fast.", verdict->because);
    for (size_t i = 0; i < verdict->n; i++)
        if (is_shown(&verdict->findings[i]))
            add_reason(metrics, "fastreboot_reason",
                       "1 for each reason that applies or cannot be ruled out.",
                       &verdict->findings[i]);
    sample(metrics, "fastreboot_warnings", "How many warnings there are.", count(verdict->warnings),
           NULL);
}

static void add_failures(struct metrics *metrics, const struct failure_facts *facts)
{
    if (facts->error)
        return;
    sample(metrics, "fastreboot_failed_kernels",
           "How many kernels are not tried again because they failed.", count(facts->failures.n),
           NULL);
    for (size_t i = 0; i < facts->failures.n; i++) {
        const struct failure *failure = &facts->failures.all[i];

        sample(metrics, "fastreboot_failed_kernel_timestamp_seconds",
               "When each of these kernels failed.", seconds(failure->time / 1000), "release",
               failure->release, "kernel_id", failure->kernel, NULL);
    }
}

static void add_health(struct metrics *metrics, const struct health_facts *health,
                       const struct boot_record *last)
{
    enum health state = health->under_way ? HEALTH_CHECKING : last ? last->health : HEALTH_UNKNOWN;
    size_t missing = 0;

    for (enum health i = HEALTH_UNKNOWN; i <= HEALTH_MISSING; i++)
        sample(metrics, "fastreboot_health",
               "The health check of this boot: 1 for its state, 0 for the others.",
               flag(i == state), "state", i == HEALTH_UNKNOWN ? "none" : health_name(i), NULL);
    if (health->under_way && health->deadline > 0)
        sample(metrics, "fastreboot_health_deadline_timestamp_seconds",
               "When the health check ends, with a firmware reboot if something critical is "
               "missing.",
               seconds(health->deadline / 1000), NULL);
    while (last && last->missing && last->missing[missing])
        missing++;
    if (state == HEALTH_COMPLETE || state == HEALTH_MISSING)
        sample(metrics, "fastreboot_health_missing",
               "How many things are missing since the last reboot.", count(missing), NULL);
}

static void add_watchdog(struct metrics *metrics, const struct facts *facts)
{
    CLEANUP(watchdog_plan_clear) struct watchdog_plan plan;

    watchdog_decide(facts, &plan);
    sample(metrics, "fastreboot_watchdog_timeout_seconds",
           "The time for which the hardware watchdog is armed at the next jump, or 0.",
           format("%u", plan.seconds), NULL);
}

static void add_last(struct metrics *metrics, const struct boot_record *last)
{
    for (enum outcome i = OUTCOME_FAST; i <= OUTCOME_OTHER; i++)
        sample(metrics, "fastreboot_last_reboot",
               "How the last reboot went: 1 for its outcome, 0 for the others.",
               flag(last && last->outcome == i), "outcome", outcome_name(i), NULL);
    if (last && last->time > 0)
        sample(metrics, "fastreboot_last_reboot_timestamp_seconds",
               "When the boot after the last reboot was judged.", seconds(last->time / 1000), NULL);
    if (last && last->down >= 0)
        sample(metrics, "fastreboot_last_reboot_down_seconds",
               "From the start of the last reboot to the start of the new kernel.",
               seconds(last->down), NULL);
    if (last && last->back >= 0)
        sample(metrics, "fastreboot_last_reboot_back_seconds",
               "From the start of the last reboot to the start of fastreboot.service.",
               seconds(last->back), NULL);
}

char *metrics_text(const struct survey *survey, const struct boot_record *last, int64_t now)
{
    char *text = NULL;
    size_t length;
    struct metrics metrics = {.file = open_memstream(&text, &length)};

    if (!metrics.file)
        out_of_memory();
    add_program(&metrics, &survey->facts, now);
    add_next(&metrics, &survey->verdict);
    add_failures(&metrics, &survey->facts.failure);
    add_health(&metrics, &survey->facts.health, last);
    add_watchdog(&metrics, &survey->facts);
    add_last(&metrics, last);
    if (fclose(metrics.file) != 0)
        out_of_memory();
    return text;
}
