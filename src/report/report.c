/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/report.h"

#include "base/text.h"
#include "base/util.h"
#include "reboot/load.h"
#include "report/words.h"

/* check */

static void print_checked(const struct finding *finding)
{
    const struct reason *reason = finding->reason;
    bool applies = finding->found.is != ANSWER_NO;
    const char *result = finding_needs_root(finding) ? "root?" : severity_name(reason->severity);
    AUTOFREE char *mark = format("%-6s ", applies ? result : "ok");

    print_line(mark, format("%s [%s]", applies ? finding->found.text : reason->passed, reason->id));
    if (applies && finding->follows)
        print_line("       -> ", format("see %s, which implies it", finding->follows));
    else if (applies && finding_advice(finding))
        print_line("       -> ", xstrdup(finding_advice(finding)));
}

/* "ok     storage     3 of 3  disks, arrays and file systems"; without the "ok" if one applies. */
static void print_group(const struct verdict *verdict, enum reason_group group)
{
    AUTOFREE char *counts = NULL, *mark = NULL;
    size_t n = 0, n_passed = 0;

    for (size_t i = 0; i < verdict->n; i++) {
        const struct finding *finding = &verdict->findings[i];

        n += finding->reason->group == group;
        n_passed += finding->reason->group == group && finding->found.is == ANSWER_NO;
    }
    if (n == 0)
        return;
    counts = format("%zu of %zu", n_passed, n);
    mark = format("%-6s %-8s  %8s  ", n_passed == n ? "ok" : "", group_name(group), counts);
    print_line(mark, xstrdup(group_about(group)));
}

static void print_by_group(const struct verdict *verdict, bool all)
{
    for (int group = 0; group < N_GROUPS; group++) {
        if (!all)
            print_group(verdict, (enum reason_group)group);
        for (size_t i = 0; i < verdict->n; i++) {
            const struct finding *finding = &verdict->findings[i];

            if ((int)finding->reason->group == group && (all || finding->found.is != ANSWER_NO))
                print_checked(finding);
        }
    }
}

static void print_found(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->n; i++)
        if (is_shown(&verdict->findings[i]))
            print_checked(&verdict->findings[i]);
}

void report_check(const struct survey *survey, enum check_detail detail, int64_t now)
{
    const struct verdict *verdict = &survey->verdict;

    if (detail == CHECK_FOUND)
        print_found(verdict);
    else
        print_by_group(verdict, detail == CHECK_ALL);
    print_needs_root(verdict);
    report_headline(survey, now);
}

static void warn_of(const char *start, const char *text)
{
    print_line("fastreboot: warning: ", format("%s%s", start, text));
}

char *kernel_unknown_text(const struct kernel_report *kernel)
{
    if (kernel->missing->is != ANSWER_UNKNOWN)
        return NULL;
    return format("cannot tell whether kernel %s can drive this machine: %s", kernel->release,
                  strerror(kernel->missing->error));
}

void report_kernel(const struct kernel_report *kernel, bool all)
{
    AUTOFREE char *unknown = kernel_unknown_text(kernel);

    if (kernel->missing->is == ANSWER_YES)
        warn_of("", kernel->missing->text);
    else if (unknown)
        print_line("fastreboot: ", steal(&unknown));
    else if (all)
        print_line("fastreboot: ", format("kernel %s has drivers for the root file system and the "
                                          "default route",
                                          kernel->release));
    if (kernel->pinned->is == ANSWER_YES)
        warn_of("", kernel->pinned->text);
    if (kernel->because)
        warn_of("the next reboot goes through the firmware: ", kernel->because->found.text);
}

/* test */

void report_trial(const struct trial *trial)
{
    const struct facts *facts = &trial->survey.facts;
    AUTOFREE char *took = duration_text(trial->load / 1000);

    if (load_is_done(facts))
        print_line("", format("kernel %s is loaded, and no other can be", facts->loaded.release));
    else
        print_line("", format("kernel %s was loaded in %s%s", facts->payload.image.release, took,
                              facts->loaded.release ? "" : ", and dropped again"));
}

/* reboot */

char *report_time_text(int64_t time)
{
    return time_text(time);
}

void report_scheduled(int64_t time)
{
    AUTOFREE char *when = time_text(time);

    printf("reboot scheduled for %s; `fastreboot reboot --when=cancel` takes it back\n", when);
}

/* list */

static void print_entry(const struct listed_entry *listed)
{
    const struct boot_entry *entry = listed->entry;

    if (!entry->problem)
        print_line("    kernel  ", xstrdup(entry->kernel));
    for (size_t i = 0; i < entry->n_initrds; i++)
        print_line("    initrd  ", xstrdup(entry->initrds[i]));
    if (entry->uki && !entry->problem)
        puts("    initrd  inside the kernel image");
    if (!entry->problem)
        print_line("    options ", xstrdup(entry->cmdline));
    print_line("    source  ", xstrdup(entry->source));
}

static const char *name_of(const struct listed_entry *listed)
{
    return listed->release ? listed->release : "-";
}

void report_list(const struct boot_entries *entries, const struct listed_entry *listed, bool all,
                 bool legend)
{
    size_t width = strlen("KERNEL");

    for (size_t i = 0; i < entries->n; i++)
        if (strlen(name_of(&listed[i])) > width)
            width = strlen(name_of(&listed[i]));
    if (legend && entries->n > 0)
        printf("  %-*s  KEXEC  ENTRY\n", (int)width, "KERNEL");
    for (size_t i = 0; i < entries->n; i++) {
        AUTOFREE char *release = text_printable(name_of(&listed[i]));
        AUTOFREE char *mark = format("%c %-*s  %-5s  ", listed[i].chosen ? '*' : ' ', (int)width,
                                     release, listed[i].problem ? "no" : "yes");

        print_line(mark, xstrdup(listed[i].entry->title));
        if (listed[i].problem)
            print_line("    cannot be started with kexec: ", xstrdup(listed[i].problem));
        if (all)
            print_entry(&listed[i]);
    }
    if (entries->problem && entries->n == 0)
        print_trouble(xstrdup(entries->problem));
    else if (entries->problem)
        print_line("", xstrdup(entries->problem));
}

/* history */

/* `now` is 0 where no time passes: then how long ago it was is not shown. */
static void print_record(const struct boot_record *record, int64_t now)
{
    AUTOFREE char *when = time_text(record->time), *details = details_text(record);
    AUTOFREE char *back = record->back < 0 ? xstrdup("-") : duration_text(record->back);
    AUTOFREE char *release = text_printable(record->release ? record->release : "-");
    AUTOFREE char *age = now > record->time ? age_text((now - record->time) / 1000000) : NULL;

    printf("%-20s  ", when);
    if (now > 0)
        printf("%-10s  ", age ? age : "-");
    printf("%-8s  %10s  %s\n", outcome_name(record->outcome), back, release);
    if (details)
        print_line("    ", steal(&details));
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* "4 fast (median 10.1 s)": the median of those whose duration is known. */
static char *summary_of(const struct history *history, size_t from, enum outcome outcome)
{
    AUTOFREE int64_t *times = xcalloc(history->n, sizeof(*times));
    AUTOFREE char *median = NULL;
    size_t n = 0, n_times = 0;

    for (size_t i = from; i < history->n; i++) {
        const struct boot_record *record = &history->all[i];

        if (record->outcome != outcome)
            continue;
        n++;
        if (record->back >= 0)
            times[n_times++] = record->back;
    }
    if (n == 0)
        return NULL;
    if (n_times < 2)
        return format("%zu %s", n, outcome_name(outcome));
    qsort(times, n_times, sizeof(*times), compare_numbers);
    median = duration_text((times[(n_times - 1) / 2] + times[n_times / 2]) / 2);
    return format("%zu %s (median %s)", n, outcome_name(outcome), median);
}

static void print_summary(const struct history *history, size_t from)
{
    AUTOFREE char *summary = NULL;
    size_t n = history->n - from;

    for (int outcome = OUTCOME_FAST; outcome <= OUTCOME_OTHER; outcome++) {
        AUTOFREE char *part = summary_of(history, from, (enum outcome)outcome);

        if (part)
            append_text(&summary, ", ", part);
    }
    putchar('\n');
    print_line("", format("%zu reboot%s: %s", n, n == 1 ? "" : "s", summary));
}

void report_history(const struct history *history, size_t n, bool legend, int64_t now)
{
    size_t from = history->n > n ? history->n - n : 0;

    if (history->n == 0) {
        if (legend)
            puts("No reboots recorded yet.");
        return;
    }
    if (legend)
        printf("%-20s  %s%-8s  %10s  KERNEL\n", "WHEN", now > 0 ? "AGO         " : "", "OUTCOME",
               "BACK AFTER");
    for (size_t i = history->n; i > from; i--)
        print_record(&history->all[i - 1], now);
    if (legend)
        print_summary(history, from);
}
