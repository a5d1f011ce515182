/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/state.h"
#include "base/paths.h"
#include "base/util.h"
#include "reboot/death.h"
#include "reboot/records.h"
#include "report/death.h"
#include "report/plot.h"
#include "report/report.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

/* At most two reboots that were asked for, by their numbers. */
struct chosen {
    const struct boot_record *records[MAX_PLOTTED];
    unsigned numbers[MAX_PLOTTED];
    size_t n;
};

static void add(struct chosen *chosen, const struct history *history, size_t number)
{
    chosen->records[chosen->n] = &history->all[history->n - number];
    chosen->numbers[chosen->n++] = (unsigned)number;
}

static int choose(const struct call *call, const struct history *history, struct chosen *ret)
{
    const unsigned numbers[] = {call->which, call->other};

    *ret = (struct chosen){0};
    for (size_t i = 0; i < ELEMENTS(numbers); i++) {
        if (numbers[i] > history->n) {
            fprintf(stderr, "fastreboot: history %u: the history has %zu reboot%s\n", numbers[i],
                    history->n, history->n == 1 ? "" : "s");
            return EXIT_FAILED;
        }
        if (numbers[i])
            add(ret, history, numbers[i]);
    }
    return EXIT_FINE;
}

/* For a comparison: the last one through the firmware, and the last fast one. */
static void choose_kinds(const struct history *history, struct chosen *ret)
{
    static const enum outcome KINDS[MAX_PLOTTED] = {OUTCOME_FIRMWARE, OUTCOME_FAST};

    for (size_t i = 0; i < ELEMENTS(KINDS); i++)
        for (size_t number = 1; number <= history->n; number++) {
            const struct boot_record *record = &history->all[history->n - number];

            if (record->outcome != KINDS[i] || !record->times)
                continue;
            add(ret, history, number);
            break;
        }
}

static int plot(const char *path, const struct chosen *chosen)
{
    AUTOFREE char *text = NULL;
    int r;

    if (chosen->n == 0) {
        fprintf(stderr,
                "fastreboot: there is no reboot of which it is known where its time went\n");
        return EXIT_FAILED;
    }
    for (size_t i = 0; i < chosen->n; i++)
        if (!chosen->records[i]->times) {
            fprintf(stderr, "fastreboot: history %u: it is not known where its time went\n",
                    chosen->numbers[i]);
            return EXIT_FAILED;
        }
    text = plot_text(chosen->records, chosen->n);
    r = state_write_named(path, text);
    return r < 0 ? complain(path, r) : EXIT_FINE;
}

static void show(const struct call *call, const struct chosen *chosen)
{
    for (size_t i = 0; i < chosen->n; i++) {
        if (i > 0)
            putchar('\n');
        report_record(chosen->records[i], chosen->numbers[i], time_of(call));
    }
}

/* Oldest first, as all answers in JSON are. */
static void show_json(const struct chosen *chosen)
{
    struct boot_record records[MAX_PLOTTED];
    bool swapped = chosen->n > 1 && chosen->numbers[0] < chosen->numbers[1];

    for (size_t i = 0; i < chosen->n; i++)
        records[i] = *chosen->records[swapped ? chosen->n - 1 - i : i];
    report_history_json(records, chosen->n);
}

static void show_all(const struct call *call, const struct history *history)
{
    size_t n = call->number && call->number < history->n ? call->number : history->n;

    if (given(call, OPTION_JSON))
        report_history_json(history->all + history->n - n, n);
    else
        report_history(history, call->number, !given(call, OPTION_NO_LEGEND), time_of(call));
}

static int show_some(const struct call *call, const struct history *history)
{
    struct chosen chosen;
    int status = choose(call, history, &chosen);

    if (status == EXIT_FINE && chosen.n == 0)
        choose_kinds(history, &chosen);
    if (status == EXIT_FINE && call->plot)
        status = plot(call->plot, &chosen);
    if (status != EXIT_FINE)
        return status;
    if (given(call, OPTION_JSON))
        show_json(&chosen);
    else if (!call->plot)
        show(call, &chosen);
    return EXIT_FINE;
}

static void tell_newer(const struct history *history)
{
    if (history->newer)
        print_trouble(format("/" STATE_HISTORY ": %zu reboot%s not shown: written by a newer "
                             "version of fastreboot",
                             history->newer, history->newer == 1 ? "" : "s"));
}

static int run(const struct call *call)
{
    CLEANUP(history_clear) struct history history;
    int r = records_read_history(call->root, &history), status = EXIT_FINE;
    unsigned most = call->which > call->other ? call->which : call->other;

    if ((most || call->plot) && (r >= 0 || history.n >= (most ? most : 1)))
        status = show_some(call, &history);
    else if (!call->plot && (r >= 0 || history.n > 0 || given(call, OPTION_JSON)))
        show_all(call, &history);
    tell_newer(&history);
    return r < 0 ? complain("/" STATE_HISTORY, r) : status;
}

/* Of the last reboot that failed, or else of the last one; 0 if there is none. */
static unsigned last_failed(const struct history *history)
{
    for (unsigned number = 1; number <= history->n; number++)
        if (history->all[history->n - number].outcome == OUTCOME_FAILED)
            return number;
    return history->n > 0;
}

static int show_why(const struct call *call, const struct history *history)
{
    unsigned number = call->which ? call->which : last_failed(history);
    CLEANUP(death_clear) struct death death = {0};
    const struct boot_record *record;
    int r;

    if (number == 0 || number > history->n) {
        fprintf(stderr, "fastreboot: why: the history has %zu reboot%s\n", history->n,
                history->n == 1 ? "" : "s");
        return EXIT_FAILED;
    }
    record = &history->all[history->n - number];
    r = record->id ? death_read(call->root, record->id, &death) : 0;
    if (r < 0)
        return complain("/" STATE_DEATHS, r);
    if (given(call, OPTION_JSON))
        report_why_json(record, number);
    else
        report_why(record, number, time_of(call));
    return EXIT_FINE;
}

static int run_why(const struct call *call)
{
    CLEANUP(history_clear) struct history history = {0};
    int r, status;

    if (call->other) {
        fprintf(stderr, "fastreboot: why %u %u: takes one number\n", call->which, call->other);
        return EXIT_USAGE;
    }
    r = records_read_history(call->root, &history);
    status = r < 0 && history.n == 0 ? EXIT_FAILED : show_why(call, &history);
    return r < 0 ? complain("/" STATE_HISTORY, r) : status;
}

const struct verb verb_why = {
    .name = "why",
    .summary = "how a kernel that did not come up ended; its last messages",
    .argument = "N",
    .options = OPTION_JSON | OPTION_ROOT | OPTION_NO_PAGER,
    .flags = VERB_NUMBER,
    .run = run_why,
};

const struct verb verb_history = {
    .name = "history",
    .summary = "how the last reboots went; history N: all about one",
    .argument = "N",
    .options = OPTION_JSON | OPTION_ROOT | OPTION_NUMBER | OPTION_NO_LEGEND | OPTION_NO_PAGER |
               OPTION_PLOT,
    .flags = VERB_NUMBER,
    .run = run,
};
