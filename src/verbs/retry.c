/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/json.h"
#include "base/paths.h"
#include "base/util.h"
#include "facts/notes.h"
#include "reboot/records.h"
#include "report/print.h"
#include "report/report.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

static void tell(const struct failure_facts *facts, bool dry_run)
{
    const char *how = dry_run ? "would" : "may";

    for (size_t i = 0; i < facts->failures.n; i++)
        print_line("", format("kernel %s %s be tried again", facts->failures.all[i].release, how));
    if (facts->failures.interrupted > 0)
        printf("the load at shutdown %s be tried again\n", how);
    if (facts->error)
        printf("%s the list of failed kernels (%s)\n", dry_run ? "would remove" : "removed",
               json_error(-facts->error));
    else if (facts->failures.n == 0 && facts->failures.interrupted == 0)
        puts("no fast reboot has failed");
}

/* That nothing is held against a kernel does not mean that it is the next one. */
static void tell_next(const struct call *call)
{
    CLEANUP(survey_clear) struct survey survey;

    survey_make(call->root, PURPOSE_NEXT_REBOOT, &survey);
    report_next(&survey, time_of(call));
}

static int run(const struct call *call)
{
    CLEANUP(failure_facts_clear) struct failure_facts facts;
    bool dry_run = given(call, OPTION_DRY_RUN);
    int r = 0;

    records_read_failures(call->root, &facts);
    if (facts.error && facts.error != EBADMSG && facts.error != ENEWER)
        return complain("/" STATE_FAILED, -facts.error);
    if (!dry_run)
        r = records_forget(call->root);
    if (r < 0)
        return complain("/" STATE_FAILED, r);
    tell(&facts, dry_run);
    if (!dry_run)
        tell_next(call);
    return EXIT_FINE;
}

const struct verb verb_retry = {
    .name = "retry",
    .summary = "forget that fast reboots have failed, and try again",
    .options = OPTION_DRY_RUN | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = run,
};
