/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "verbs/report.h"

#include <inttypes.h>
#include <time.h>

#include "base/util.h"

static void print_json(struct json_object *object)
{
    puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                                    JSON_C_TO_STRING_NOSLASHESCAPE));
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

/* Or that cannot be known. */
static bool applies(const struct finding *finding)
{
    return finding->found.is != ANSWER_NO;
}

/* As text */

static void print_first_line(const struct survey *survey)
{
    const struct verdict *verdict = &survey->verdict;

    if (verdict->by_hand)
        puts("Next reboot: fast, into a kernel that fastreboot did not load");
    else if (verdict->fast)
        printf("Next reboot: fast, into kernel %s\n", survey->facts.payload.image.release);
    else if (verdict->needs_root)
        printf("Next reboot: unknown, run as root: %s\n", verdict->because->found.text);
    else
        printf("Next reboot: firmware, because %s\n", verdict->because->found.text);
}

static void print_finding(const struct finding *finding)
{
    const struct reason *reason = finding->reason;

    printf("%-5s  %s: %s\n", applies(finding) ? severity_name(reason->severity) : "ok", reason->id,
           applies(finding) ? finding->found.text : reason->passed);
    if (applies(finding) && reason->advice)
        printf("       %s\n", reason->advice);
}

static void print_payload(const struct survey *survey)
{
    const struct facts *facts = &survey->facts;
    const struct boot_payload *payload = &facts->payload;

    if (!payload->entry)
        return;
    if (payload->entry->problem) {
        printf("  Boot entry:   %s (%s)\n", payload->entry->title, payload->entry->source);
        return;
    }
    printf("  Kernel:       %s", payload->entry->kernel);
    if (payload->image.release)
        printf(" (%s)", payload->image.release);
    printf("\n  Initrd:       ");
    for (size_t i = 0; i < payload->entry->n_initrds; i++)
        printf("%s%s", i ? " " : "", payload->entry->initrds[i]);
    printf("%s\n  Command line: %s\n",
           payload->entry->uki         ? "inside the kernel image"
           : payload->entry->n_initrds ? ""
                                       : "none",
           payload->entry->cmdline);
    if (*survey->added)
        printf("  Added to it:  %s\n", survey->added);
    if (facts->boot_entries.chosen_reason)
        printf("  Chosen by:    %s\n", facts->boot_entries.chosen_reason);
}

static void print_loaded(const struct facts *facts)
{
    if (facts->kexec.loaded.is == ANSWER_NO)
        puts("  Loaded now:   nothing");
    else if (facts->loaded.release)
        printf("  Loaded now:   kernel %s, by fastreboot%s\n", facts->loaded.release,
               facts->loaded.current ? "" : " (the next reboot loads another one)");
    else if (facts->kexec.loaded.is == ANSWER_YES)
        puts("  Loaded now:   a kernel that fastreboot did not load");
    else
        puts("  Loaded now:   unknown, the kernel does not say");
}

static void print_duration(const char *what, int64_t milliseconds)
{
    printf("%s%" PRId64 ".%" PRId64 " s", what, milliseconds / 1000, milliseconds % 1000 / 100);
}

static void print_boot(const struct facts *facts, const struct boot_record *last)
{
    static const char *const HOW[] = {"through the firmware", "started by kexec",
                                      "the kernel does not say how it was started"};

    printf("  This boot:    %s, kernel %s\n", HOW[facts->boot.way],
           facts->boot.release ? facts->boot.release : "unknown");
    if (!last)
        return;
    printf("  Last reboot:  %s", last->text);
    if (last->down >= 0)
        print_duration("; down for ", last->down);
    if (last->back >= 0)
        print_duration(", back after ", last->back);
    putchar('\n');
}

static void status_as_text(const struct survey *survey, const struct boot_record *last)
{
    const struct verdict *verdict = &survey->verdict;

    print_first_line(survey);
    if (verdict->because && verdict->because->reason->advice)
        printf("  What to do:   %s\n", verdict->because->reason->advice);
    print_payload(survey);
    print_loaded(&survey->facts);
    print_boot(&survey->facts, last);
    for (size_t i = 0; i < verdict->n; i++) {
        const struct finding *finding = &verdict->findings[i];

        if (finding->found.is == ANSWER_NO || finding == verdict->because)
            continue;
        printf("  %-13s %s\n",
               finding->reason->severity == SEVERITY_BLOCK  ? "Also:"
               : finding->reason->severity == SEVERITY_WARN ? "Warning:"
                                                            : "Note:",
               finding->found.text);
    }
}

static void check_as_text(const struct survey *survey, bool all)
{
    const struct verdict *verdict = &survey->verdict;

    for (size_t i = 0; i < verdict->n; i++)
        if (all || applies(&verdict->findings[i]))
            print_finding(&verdict->findings[i]);
    print_first_line(survey);
}

/* As JSON: what is said here is documented in fastreboot(8) and stays. */

static struct json_object *finding_as_json(const struct finding *finding)
{
    struct json_object *object = json_object_new_object();
    const struct reason *reason = finding->reason;

    json_add_string(object, "id", reason->id);
    json_add_string(object, "severity", severity_name(reason->severity));
    json_add_string(object, "result",
                    finding->found.is == ANSWER_NO    ? "passed"
                    : finding->found.is == ANSWER_YES ? "applies"
                                                      : "unknown");
    json_add_string(object, "text", applies(finding) ? finding->found.text : reason->passed);
    json_add_string(object, "advice", applies(finding) ? reason->advice : NULL);
    return object;
}

static struct json_object *findings_as_json(const struct verdict *verdict, bool all)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < verdict->n; i++)
        if (all || applies(&verdict->findings[i]))
            json_object_array_add(array, finding_as_json(&verdict->findings[i]));
    return array;
}

static struct json_object *entry_as_json(const struct boot_entry *entry)
{
    struct json_object *object = json_object_new_object(), *initrds = json_object_new_array();

    for (size_t i = 0; i < entry->n_initrds; i++)
        json_object_array_add(initrds, json_object_new_string(entry->initrds[i]));
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
    json_add_string(object, "next", next_name(verdict));
    json_add_string(object, "because", verdict->because ? verdict->because->found.text : NULL);
    json_add_string(object, "because_id", verdict->because ? verdict->because->reason->id : NULL);
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
    return object;
}

static void status_as_json(const struct survey *survey, const struct boot_record *last)
{
    struct json_object *object = json_object_new_object();

    add_verdict(object, &survey->verdict, false);
    json_object_object_add(object, "entry", payload_as_json(survey));
    json_object_object_add(object, "loaded", loaded_as_json(&survey->facts));
    json_object_object_add(object, "boot", boot_as_json(&survey->facts));
    json_object_object_add(object, "last_reboot", last ? boot_record_to_json(last) : NULL);
    print_json(object);
}

/* Public */

void report_status(const struct survey *survey, const struct boot_record *last, bool json)
{
    if (json)
        status_as_json(survey, last);
    else
        status_as_text(survey, last);
}

void report_check(const struct survey *survey, bool all, bool json)
{
    struct json_object *object;

    if (!json) {
        check_as_text(survey, all);
        return;
    }
    object = json_object_new_object();
    add_verdict(object, &survey->verdict, all);
    print_json(object);
}

void report_kernel(const char *release, const struct answer *missing, const char *because, bool all,
                   bool json)
{
    struct json_object *object;

    if (json) {
        object = json_object_new_object();
        json_add_string(object, "kernel", release);
        json_add_string(object, "missing", missing->text);
        json_add_string(object, "error",
                        missing->is == ANSWER_UNKNOWN ? strerror(missing->error) : NULL);
        json_add_string(object, "because", because);
        print_json(object);
        return;
    }
    if (missing->is == ANSWER_YES)
        printf("fastreboot: warning: %s\n", missing->text);
    else if (missing->is == ANSWER_UNKNOWN)
        printf("fastreboot: cannot tell whether kernel %s can drive this machine: %s\n", release,
               strerror(missing->error));
    else if (missing->is == ANSWER_NO && all)
        printf("fastreboot: kernel %s has drivers for the root file system and the default route\n",
               release);
    if (because)
        printf("fastreboot: warning: the next reboot goes through the firmware: %s\n", because);
}

static void list_as_json(const struct boot_entries *entries, const struct listed_entry *listed)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < entries->n; i++) {
        struct json_object *object = entry_as_json(listed[i].entry);

        json_add_bool(object, "default", listed[i].chosen);
        json_add_bool(object, "boots", !listed[i].problem);
        json_add_string(object, "problem", listed[i].problem);
        json_object_array_add(array, object);
    }
    print_json(array);
}

void report_list(const struct boot_entries *entries, const struct listed_entry *listed, bool json)
{
    if (json) {
        list_as_json(entries, listed);
        return;
    }
    for (size_t i = 0; i < entries->n; i++) {
        const struct boot_entry *entry = listed[i].entry;

        printf("%c %s (%s)\n", listed[i].chosen ? '*' : ' ', entry->title, entry->source);
        if (!entry->problem)
            printf("    kernel %s\n", entry->kernel);
        for (size_t k = 0; k < entry->n_initrds; k++)
            printf("    initrd %s\n", entry->initrds[k]);
        if (entry->uki && !entry->problem)
            puts("    initrd inside the kernel image");
        if (!entry->problem)
            printf("    command line %s\n", entry->cmdline);
        if (listed[i].problem)
            printf("    cannot be started with kexec: %s\n", listed[i].problem);
    }
    if (entries->problem)
        puts(entries->problem);
}

static void print_record(const struct boot_record *record)
{
    time_t seconds = (time_t)(record->time / 1000000);
    struct tm local;
    char when[32] = "?";

    if (localtime_r(&seconds, &local))
        strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &local);
    printf("%s  ", when);
    if (record->back >= 0)
        printf("%6" PRId64 ".%" PRId64 " s", record->back / 1000, record->back % 1000 / 100);
    else
        printf("%10s", "-");
    printf("  %s\n", record->text);
}

void report_history(const struct boot_record *records, size_t n, bool json)
{
    struct json_object *array;

    if (!json) {
        for (size_t i = 0; i < n; i++)
            print_record(&records[i]);
        return;
    }
    array = json_object_new_array();
    for (size_t i = 0; i < n; i++)
        json_object_array_add(array, boot_record_to_json(&records[i]));
    print_json(array);
}
