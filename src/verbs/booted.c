/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/journal.h"
#include "act/state.h"
#include "base/paths.h"
#include "base/util.h"
#include "reboot/arrival.h"
#include "reboot/load.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

static int load_early(int root)
{
    CLEANUP(survey_clear) struct survey survey;
    AUTOFREE char *id = NULL, *error = NULL;
    int r = survey_make(root, PURPOSE_LOAD, &survey);

    if (r < 0 || survey.facts.config.load != LOAD_EARLY)
        return r;
    if (survey.verdict.because) {
        journal_tell(EVENT_TROUBLE, LOG_WARNING, survey.verdict.because->reason->id,
                     "not loaded early: %s", survey.verdict.because->text);
        return 0;
    }
    if (loading_load(root, &survey, &id, &error) < 0)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, "load-failed", "not loaded early: %s",
                     error ? error : "out of memory");
    return 0;
}

static int run(const struct call *call)
{
    int active = state_write(call->root, RUN_ACTIVE, ""), r;

    if (active < 0)
        closing_trouble("/" RUN_ACTIVE, active);
    (void)state_remove(call->root, RUN_JUMP);
    r = closing_close(call->root);
    if (r < 0)
        closing_trouble("closing the last reboot", r);
    if (load_early(call->root) < 0)
        return complain(NULL, -ENOMEM);
    return active < 0 || r < 0 ? EXIT_FAILED : EXIT_FINE;
}

const struct verb verb_booted = {
    .name = "booted",
    .summary = "as fastreboot.service calls it at boot",
    .flags = VERB_NEEDS_ROOT | VERB_HIDDEN,
    .run = run,
};
