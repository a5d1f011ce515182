/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One fast reboot that tells where its time went. */

#include "reboot/trace.h"

#include "base/paths.h"
#include "base/util.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

static void tell(int priority, const char *text)
{
    (void)priority;
    print_trouble(xstrdup(text));
}

static int cancel(const struct call *call)
{
    int armed = trace_is_armed(call->root), r = 0;

    if (armed > 0 && !given(call, OPTION_DRY_RUN))
        r = trace_disarm(call->root);
    if (armed < 0 || r < 0)
        return complain("/" RUN_TRACE, armed < 0 ? armed : r);
    if (!armed)
        puts("no trace was requested");
    else
        puts(given(call, OPTION_DRY_RUN) ? "would take back the request for a trace"
                                         : "cancelled: the next reboot is not traced");
    return EXIT_FINE;
}

static int run(const struct call *call)
{
    AUTOFREE char *refusal = NULL;
    int r;

    if (given(call, OPTION_CANCEL))
        return cancel(call);
    refusal = trace_refusal(call->root, given(call, OPTION_EFI));
    if (refusal) {
        print_trouble(format("not traced: %s", refusal));
        return EXIT_FAILED;
    }
    if (given(call, OPTION_DRY_RUN)) {
        puts("would trace the next reboot, if it is fast");
        return EXIT_FINE;
    }
    r = trace_arm(call->root, tell);
    if (r < 0)
        return complain("/" RUN_TRACE, r);
    puts("the next reboot is traced, if it is fast; afterwards, see `fastreboot history 1`; to "
         "undo: `fastreboot trace --cancel`");
    return EXIT_FINE;
}

const struct verb verb_trace = {
    .name = "trace",
    .summary = "let the next fast reboot tell where its time goes",
    .options = OPTION_EFI | OPTION_CANCEL | OPTION_DRY_RUN | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = run,
};
