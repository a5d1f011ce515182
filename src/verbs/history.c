/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/paths.h"
#include "base/util.h"
#include "reboot/records.h"
#include "report/report.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

/* One reboot. */
static int show_one(const struct call *call, const struct history *history)
{
    const struct boot_record *record;

    if (call->which > history->n) {
        fprintf(stderr, "fastreboot: history %u: the history has %zu reboot%s\n", call->which,
                history->n, history->n == 1 ? "" : "s");
        return EXIT_FAILED;
    }
    record = &history->all[history->n - call->which];
    if (given(call, OPTION_JSON))
        report_history_json(record, 1);
    else
        report_record(record, call->which, time_of(call));
    return EXIT_FINE;
}

static void show_all(const struct call *call, const struct history *history)
{
    size_t n = call->number && call->number < history->n ? call->number : history->n;

    if (given(call, OPTION_JSON))
        report_history_json(history->all + history->n - n, n);
    else
        report_history(history, call->number, !given(call, OPTION_NO_LEGEND), time_of(call));
}

static int run(const struct call *call)
{
    CLEANUP(history_clear) struct history history;
    int r = records_read_history(call->root, &history), status = EXIT_FINE;

    if (call->which && (r >= 0 || history.n >= call->which))
        status = show_one(call, &history);
    else if (r >= 0 || history.n > 0 || given(call, OPTION_JSON))
        show_all(call, &history);
    return r < 0 ? complain("/" STATE_HISTORY, r) : status;
}

const struct verb verb_history = {
    .name = "history",
    .summary = "how the last reboots went; history N: all about one",
    .argument = "N",
    .options = OPTION_JSON | OPTION_ROOT | OPTION_NUMBER | OPTION_NO_LEGEND | OPTION_NO_PAGER,
    .flags = VERB_NUMBER,
    .run = run,
};
