/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/state.h"
#include "base/paths.h"
#include "base/util.h"
#include "reboot/records.h"
#include "report/monitoring.h"
#include "report/report.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

static int run(const struct call *call)
{
    CLEANUP(survey_clear) struct survey survey;
    CLEANUP(boot_record_clear) struct boot_record last;
    CLEANUP(history_clear) struct history history;
    int known = records_read_boot(call->root, &last);

    survey_make(call->root, PURPOSE_NEXT_REBOOT, &survey);
    if (known < 0)
        (void)complain("/" RUN_BOOT, known);          /* show the rest anyway */
    (void)records_read_history(call->root, &history); /* as far as it is readable */
    if (given(call, OPTION_JSON))
        report_status_json(&survey, known > 0 ? &last : NULL);
    else
        report_status(&survey, known > 0 ? &last : NULL, &history, time_of(call));
    return known < 0 ? EXIT_FAILED : EXIT_FINE;
}

const struct verb verb_status = {
    .name = "status",
    .summary = "what the next reboot will be and why, and how the last one went",
    .options = OPTION_JSON | OPTION_ROOT | OPTION_NO_PAGER,
    .run = run,
};

static int run_metrics(const struct call *call)
{
    CLEANUP(survey_clear) struct survey survey;
    CLEANUP(boot_record_clear) struct boot_record last;
    int known = records_read_boot(call->root, &last);
    AUTOFREE char *text = NULL;
    int r;

    survey_make(call->root, PURPOSE_NEXT_REBOOT, &survey);
    if (known < 0)
        (void)complain("/" RUN_BOOT, known); /* show the rest anyway */
    text = metrics_text(&survey, known > 0 ? &last : NULL, time_of(call));
    if (!call->output) {
        fputs(text, stdout);
        return EXIT_FINE;
    }
    r = state_write_named(call->output, text);
    return r < 0 ? complain(call->output, r) : EXIT_FINE;
}

const struct verb verb_metrics = {
    .name = "metrics",
    .summary = "print metrics for Prometheus",
    .options = OPTION_ROOT | OPTION_OUTPUT,
    .run = run_metrics,
};
