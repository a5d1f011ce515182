/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/report.h"

#include "base/text.h"
#include "base/util.h"
#include "facts/notes.h"
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

static void warn_because(const struct finding *because)
{
    AUTOFREE char *text = format("%s%s", because->found.text,
                                 because->anyway ? "; do not reboot yet: the boot loader would "
                                                   "start the same"
                                                 : "");

    warn_of("the next reboot goes through the firmware: ", text);
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
        warn_because(kernel->because);
}

/* test */

void report_trial(const struct trial *trial)
{
    const struct facts *facts = &trial->survey.facts;
    AUTOFREE char *took = duration_text(trial->load / 1000);

    if (load_is_done(facts))
        print_line("", format("kernel %s is loaded already%s", facts->loaded.release,
                              facts->loaded.proven ? "" : "; the running kernel takes no other"));
    else
        print_line("", format("kernel %s was loaded in %s%s", facts->payload.image.release, took,
                              facts->loaded.release ? "" : ", and dropped again"));
}

/* reboot */

char *report_time_text(int64_t time)
{
    return time_text(time);
}

void report_scheduled(int64_t time, bool through_firmware)
{
    AUTOFREE char *when = time_text(time);

    printf("%s scheduled for %s; to cancel it:\n  fastreboot reboot --when=cancel\n",
           through_firmware ? "firmware reboot" : "reboot", when);
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
            print_line("    ", format("cannot be started with kexec: %s", listed[i].problem));
        if (all)
            print_entry(&listed[i]);
    }
    if (entries->problem && entries->n == 0)
        print_trouble(xstrdup(entries->problem));
    else if (entries->problem)
        print_line("", xstrdup(entries->problem));
}
