/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/util.h"
#include "complain.h"
#include "report.h"
#include "verb.h"

static int run(const struct call *call)
{
    CLEANUP(survey_clear) struct survey survey;

    if (survey_make(call->root, PURPOSE_NEXT_REBOOT, &survey) < 0)
        return complain(NULL, -ENOMEM);
    report_check(&survey, given(call, OPTION_VERBOSE), given(call, OPTION_JSON));
    if (survey.verdict.fast)
        return EXIT_FINE;
    /* "Firmware is right" is a claim that somebody who may not look cannot make. */
    return survey.verdict.needs_root ? EXIT_FAILED : EXIT_FIRMWARE;
}

const struct verb verb_check = {
    .name = "check",
    .summary = "every reason that was considered; exit 0 fast, 3 firmware",
    .options = OPTION_JSON | OPTION_ROOT | OPTION_VERBOSE,
    .run = run,
};
