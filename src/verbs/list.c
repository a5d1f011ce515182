/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/util.h"
#include "discover/kernel/payload.h"
#include "report/report.h"
#include "verbs/verb.h"

static void examine(int root, const struct facts *facts, struct listed_entry *listed)
{
    CLEANUP(payload_clear) struct boot_payload payload;

    payload_open(root, listed->entry, &payload);
    listed->release = xstrdup(payload.image.release);
    listed->problem = decide_entry(facts, &payload);
}

static int run(const struct call *call)
{
    CLEANUP(survey_clear) struct survey survey;
    const struct boot_entries *entries = &survey.facts.boot_entries;
    AUTOFREE struct listed_entry *listed = NULL;

    survey_make(call->root, PURPOSE_NEXT_REBOOT, &survey);
    listed = xcalloc(entries->n, sizeof(*listed));
    for (size_t i = 0; i < entries->n; i++) {
        listed[i].entry = &entries->entries[i];
        listed[i].chosen = i == entries->chosen;
        examine(call->root, &survey.facts, &listed[i]);
    }
    if (given(call, OPTION_JSON))
        report_list_json(entries, listed);
    else
        report_list(entries, listed, given(call, OPTION_VERBOSE), !given(call, OPTION_NO_LEGEND));
    for (size_t i = 0; i < entries->n; i++) {
        free(listed[i].release);
        free(listed[i].problem);
    }
    /* Where nothing can be listed, JSON says so in the answer. */
    return entries->n == 0 && entries->problem && !given(call, OPTION_JSON) ? EXIT_FAILED
                                                                            : EXIT_FINE;
}

const struct verb verb_list = {
    .name = "list",
    .summary = "the boot entries, the one to start marked",
    .options = OPTION_JSON | OPTION_ROOT | OPTION_VERBOSE | OPTION_NO_LEGEND | OPTION_NO_PAGER,
    .run = run,
};
