/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/deadline.h"
#include "act/journal.h"
#include "base/paths.h"
#include "reboot/alarm.h"
#include "reboot/arrival.h"
#include "reboot/load.h"
#include "reboot/notes.h"
#include "reboot/times.h"
#include "reboot/trial.h"
#include "reboot/unlock.h"
#include "verbs/verb.h"

/* If systemd's own limit (TimeoutStartSec=) ended this program, the unit would have failed, and the
 * load at shutdown would not run. */
static const int64_t LIMIT = 110 * (int64_t)1000000;

static int run(const struct call *call)
{
    int r;

    deadline_start(LIMIT);
    deadline_doing("recording the last reboot");
    notes_remove_begun(call->root);
    notes_remove_go_ahead(call->root);
    trial_clean(call->root);
    unlock_withdraw(call->root);
    r = arrival_judge(call->root);
    if (r < 0)
        journal_trouble("/" STATE_ATTEMPT, r);
    alarm_raise(call->root);
    deadline_doing("loading the kernel early");
    load_early(call->root);
    return r < 0 ? EXIT_FAILED : EXIT_FINE;
}

const struct verb verb_booted = {
    .name = "booted",
    .summary = "as fastreboot.service calls it at boot",
    .flags = VERB_NEEDS_ROOT | VERB_HIDDEN,
    .run = run,
};

/* When a kernel or an initrd has changed. */
static int run_early(const struct call *call)
{
    deadline_start(LIMIT);
    deadline_doing("loading the kernel early");
    load_early(call->root);
    return EXIT_FINE;
}

const struct verb verb_early = {
    .name = "early",
    .summary = "as fastreboot-early.service calls it when a kernel or an initrd has changed",
    .flags = VERB_NEEDS_ROOT | VERB_HIDDEN,
    .run = run_early,
};

/* When the boot is over. */
static int run_times(const struct call *call)
{
    int r = times_complete(call->root);

    if (r < 0)
        journal_trouble("recording how long the last reboot took", r);
    arrival_complete(call->root);
    return r < 0 ? EXIT_FAILED : EXIT_FINE;
}

const struct verb verb_times = {
    .name = "times",
    .summary = "as fastreboot-times.service calls it when the boot is over",
    .flags = VERB_NEEDS_ROOT | VERB_HIDDEN,
    .run = run_times,
};
