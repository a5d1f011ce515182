/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/times.h"

#include "act/journal.h"
#include "base/paths.h"
#include "verbs/verb.h"

static int run(const struct call *call)
{
    int r = times_complete(call->root);

    if (r < 0)
        journal_trouble("recording how long the last reboot took", r);
    return r < 0 ? EXIT_FAILED : EXIT_FINE;
}

const struct verb verb_times = {
    .name = "times",
    .summary = "as fastreboot-times.service calls it when the boot is over",
    .flags = VERB_NEEDS_ROOT | VERB_HIDDEN,
    .run = run,
};
