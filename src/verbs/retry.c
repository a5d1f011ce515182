/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/paths.h"
#include "base/util.h"
#include "facts/notes.h"
#include "reboot/records.h"
#include "report/print.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

static int run(const struct call *call)
{
    CLEANUP(failure_facts_clear) struct failure_facts facts;
    bool dry_run = given(call, OPTION_DRY_RUN);
    int r = 0;

    records_read_failures(call->root, &facts);
    if (facts.error && facts.error != EBADMSG)
        return complain("/" STATE_FAILED, -facts.error);
    if (!dry_run)
        r = records_forget(call->root);
    if (r < 0)
        return complain("/" STATE_FAILED, r);
    for (size_t i = 0; i < facts.failures.n; i++)
        print_line(dry_run ? "would try again kernel " : "trying again kernel ",
                   xstrdup(facts.failures.all[i].release));
    if (facts.failures.interrupted > 0)
        printf("%s to load at shutdown\n", dry_run ? "would try again" : "trying again");
    if (facts.error)
        printf("%s a damaged list of failures\n", dry_run ? "would remove" : "removed");
    else if (facts.failures.n == 0 && facts.failures.interrupted == 0)
        puts("no fast reboot has failed");
    return EXIT_FINE;
}

const struct verb verb_retry = {
    .name = "retry",
    .summary = "forget that fast reboots have failed, and try again",
    .options = OPTION_DRY_RUN | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = run,
};
