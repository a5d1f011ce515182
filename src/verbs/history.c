/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/paths.h"
#include "base/util.h"
#include "reboot/records.h"
#include "report/report.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

static int run(const struct call *call)
{
    CLEANUP(history_clear) struct history history;
    int r = records_read_history(call->root, &history);

    size_t n = call->number ? call->number : HISTORY_LINES;

    if (given(call, OPTION_JSON))
        report_history_json(&history, n);
    else if (r >= 0 || history.n > 0)
        report_history(&history, n, !given(call, OPTION_NO_LEGEND), time_of(call));
    return r < 0 ? complain("/" STATE_HISTORY, r) : EXIT_FINE;
}

const struct verb verb_history = {
    .name = "history",
    .summary = "how the last reboots went",
    .options = OPTION_JSON | OPTION_ROOT | OPTION_NUMBER | OPTION_NO_LEGEND | OPTION_NO_PAGER,
    .run = run,
};
