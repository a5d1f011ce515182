/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/util.h"
#include "decide/watchdog.h"
#include "report/death.h"
#include "report/report.h"
#include "report/words.h"

static bool is(const struct finding *finding, enum severity severity, bool once)
{
    return is_shown(finding) && finding->reason->severity == severity &&
           (finding_kind(finding) == KIND_ONCE) == once;
}

static void print_finding(const char *mark, const struct finding *finding)
{
    const struct reason *reason = finding->reason;

    print_line(mark, format("%s [%s]", finding->found.text, reason->id));
    if (finding_advice(finding))
        print_line("     -> ", xstrdup(finding_advice(finding)));
}

/* Returns how many it printed. A single finding is not numbered. */
static size_t print_findings(const struct verdict *verdict, enum severity severity, bool once)
{
    size_t n = 0, i = 0;

    for (size_t k = 0; k < verdict->n; k++)
        n += is(&verdict->findings[k], severity, once);
    for (size_t k = 0; k < verdict->n; k++) {
        AUTOFREE char *mark = n > 1 ? format("%3zu. ", i + 1) : xstrdup("  -  ");

        if (!is(&verdict->findings[k], severity, once))
            continue;
        print_finding(mark, &verdict->findings[k]);
        i++;
    }
    return n;
}

/* First what must be fixed, then what only concerns the next reboot. */
static void print_causes(const struct verdict *verdict)
{
    size_t n = print_findings(verdict, SEVERITY_BLOCK, false);

    for (size_t i = 0; n > 0 && i < verdict->n; i++)
        if (is(&verdict->findings[i], SEVERITY_BLOCK, true)) {
            puts("  And for the next reboot only:");
            break;
        }
    (void)print_findings(verdict, SEVERITY_BLOCK, true);
}

static void print_warnings(const struct verdict *verdict)
{
    if (verdict->warnings > 0 && !verdict->fast)
        puts("  Warnings, for any reboot:");
    (void)print_findings(verdict, SEVERITY_WARN, false);
}

static void print_initrds(const struct boot_entry *entry)
{
    AUTOFREE char *initrds = NULL;

    for (size_t i = 0; i < entry->n_initrds; i++)
        append_text(&initrds, " ", entry->initrds[i]);
    if (!initrds)
        initrds = xstrdup(entry->uki ? "inside the kernel image" : "none");
    print_line("  Initrd:   ", steal(&initrds));
}

/* The encrypted volumes that nobody has to unlock. */
static void print_unlocked(const struct crypt_facts *crypt)
{
    AUTOFREE char *names = NULL;

    for (size_t i = 0; i < crypt->n_volumes; i++)
        if (unlock_is_enrolled(&crypt->volumes[i]))
            append_text(&names, " ", crypt->volumes[i].name);
    if (names)
        print_line("  Unlocks:  ", format("%s (man fastreboot-unlock)", names));
}

/* The kernel that will be started. */
static void print_payload(const struct survey *survey)
{
    const struct boot_entry *entry = survey->facts.payload.entry;
    const char *source = survey->facts.boot_entries.chosen_reason;

    print_line("  Kernel:   ", xstrdup(entry->kernel));
    print_initrds(entry);
    print_line("  Options:  ", xstrdup(entry->cmdline));
    if (*survey->added)
        print_line("  Added:    ", xstrdup(survey->added));
    if (source)
        print_line("  Source:   ", xstrdup(source));
    print_unlocked(&survey->facts.crypt);
}

/* Most machines have none: that is one line, and `check` has more. */
static void print_watchdog(const struct facts *facts, const struct answer *found)
{
    bool absent = found->is == ANSWER_YES && watchdog_is_absent(facts);

    print_line("  Watchdog: ",
               format("%s (man fastreboot-recovery)",
                      absent ? "not armed; a kernel that hangs stays down" : found->text));
}

static void print_notes(const struct survey *survey)
{
    for (size_t i = 0; i < survey->verdict.n; i++) {
        const struct finding *finding = &survey->verdict.findings[i];
        const char *id = finding->reason->id;

        if (!is_shown(finding) || finding->reason->severity != SEVERITY_NOTE)
            continue;
        if (streq(id, "last-words"))
            continue; /* it only matters once a reboot has failed: `check` has it */
        if (streq(id, "watchdog"))
            print_watchdog(&survey->facts, &finding->found);
        else
            print_line("  Note:     ", format("%s [%s]", finding->found.text, id));
    }
}

/* Only printed if a kernel is loaded, which is unusual before the shutdown. */
static void print_loaded(const struct facts *facts)
{
    const struct loaded_facts *loaded = &facts->loaded;
    unsigned long long mib = (loaded->memory + 1024 * 1024 - 1) / (1024 * 1024);
    AUTOFREE char *memory = mib > 0 ? format(", which takes %llu MiB of memory", mib) : NULL;

    if (facts->kexec.loaded.is == ANSWER_YES && loaded->release)
        print_line("  Loaded:   ",
                   format("kernel %s, by fastreboot%s%s", loaded->release, memory ? memory : "",
                          loaded->current ? "" : " (the next reboot loads a kernel again)"));
}

/* Prints a check under way for which nothing is missing so far, or nothing worth a reboot. */
static void print_health(const struct health_facts *health)
{
    AUTOFREE char *until = time_text(health->deadline);

    if (health->under_way && health->deadline > 0)
        print_line("  Health:   ", format("check under way until %s", until));
}

static void print_traced(const struct facts *facts)
{
    if (facts->traced)
        print_line("  Trace:    ", xstrdup("the next reboot is traced, if it is fast (`fastreboot "
                                           "trace --cancel` undoes that)"));
}

static void print_boot(const struct boot_facts *boot)
{
    static const char *const HOW[] = {"started through the firmware", "started by kexec",
                                      "the kernel does not say how it was started"};

    print_line("Running:     ",
               format("kernel %s, %s", boot->release ? boot->release : "unknown", HOW[boot->way]));
}

void report_last(const struct boot_record *last, int64_t now)
{
    AUTOFREE char *when = time_and_age_text(last->time, now), *details = details_text(last);
    AUTOFREE char *back = last->back < 0 ? NULL : duration_text(last->back);

    print_line("Last reboot: ", format("%s, %s%s%s%s%s", outcome_name(last->outcome), when,
                                       back ? ", back after " : "", back ? back : "",
                                       details ? ": " : "", details ? details : ""));
    report_death(last, "fastreboot why");
}

static void print_history(const struct history *history)
{
    AUTOFREE char *text = NULL;

    for (int outcome = OUTCOME_FAST; outcome <= OUTCOME_OTHER; outcome++) {
        AUTOFREE char *part = NULL;
        size_t n = 0;

        for (size_t i = 0; i < history->n; i++)
            n += (int)history->all[i].outcome == outcome;
        part = format("%zu %s", n, outcome_name((enum outcome)outcome));
        if (n > 0)
            append_text(&text, ", ", part);
    }
    if (text)
        print_line("History:     ", steal(&text));
}

void report_headline(const struct survey *survey, int64_t now)
{
    enum style style;
    char *first = headline(survey, now, &style);

    print_headline(style, first);
}

void report_next(const struct survey *survey, int64_t now)
{
    report_headline(survey, now);
    if (!survey->verdict.fast || survey->verdict.warnings > 0)
        puts("`fastreboot status` says why.");
}

void report_status(const struct survey *survey, const struct boot_record *last,
                   const struct history *history, int64_t now)
{
    const struct verdict *verdict = &survey->verdict;

    report_headline(survey, now);
    print_causes(verdict);
    print_warnings(verdict);
    print_needs_root(verdict);
    if (verdict->fast && verdict->warnings > 0)
        putchar('\n');
    if (verdict->fast && !verdict->by_hand)
        print_payload(survey);
    if (verdict->fast)
        print_health(&survey->facts.health);
    print_loaded(&survey->facts);
    print_traced(&survey->facts);
    if (verdict->fast || verdict->needs_root) /* it may be fast */
        print_notes(survey);
    putchar('\n');
    print_boot(&survey->facts.boot);
    if (last)
        report_last(last, now);
    print_history(history);
}
