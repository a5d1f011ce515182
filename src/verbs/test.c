/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/util.h"
#include "reboot/trial.h"
#include "report/report.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

static void tell(const struct trial *trial, int64_t now)
{
    if (trial->error)
        print_trouble(format("%s: %s",
                             trial->result == TRIAL_REFUSED
                                 ? "not tested"
                                 : "a reboot would go through the firmware",
                             trial->error));
    if (trial->result == TRIAL_PASSED)
        report_trial(trial);
    if (trial->result == TRIAL_PASSED || !trial->error)
        report_check(&trial->survey, CHECK_FOUND, now);
}

static int run(const struct call *call)
{
    CLEANUP(trial_clear) struct trial trial;

    trial_run(call->root, &trial);
    if (given(call, OPTION_JSON))
        report_trial_json(&trial);
    else
        tell(&trial, time_of(call));
    if (trial.result == TRIAL_REFUSED)
        return EXIT_FAILED;
    if (trial.result == TRIAL_FIRMWARE)
        return EXIT_FIRMWARE;
    return trial.survey.verdict.warnings > 0 ? EXIT_WARNINGS : EXIT_FINE;
}

const struct verb verb_test = {
    .name = "test",
    .summary = "do all of a fast reboot but the reboot; exits as check does",
    .options = OPTION_JSON | OPTION_QUIET | OPTION_NO_PAGER,
    .flags = VERB_NEEDS_ROOT,
    .run = run,
};
