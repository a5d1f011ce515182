/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/util.h"
#include "discover/kernel/payload.h"
#include "verbs/report.h"
#include "verbs/verb.h"

static char *examine(int root, const struct facts *facts, const struct boot_entry *entry)
{
    CLEANUP(payload_clear) struct boot_payload payload;

    payload_open(root, entry, &payload);
    return decide_entry(facts, &payload);
}

static int run(const struct call *call)
{
    CLEANUP(survey_clear) struct survey survey;
    const struct boot_entries *entries = &survey.facts.boot_entries;
    AUTOFREE struct listed_entry *listed = NULL;

    survey_make(call->root, PURPOSE_NEXT_REBOOT, &survey);
    listed = xcalloc(entries->n, sizeof(*listed));
    for (size_t i = 0; i < entries->n; i++)
        listed[i] = (struct listed_entry){
            .entry = &entries->entries[i],
            .problem = examine(call->root, &survey.facts, &entries->entries[i]),
            .chosen = i == entries->chosen,
        };
    report_list(entries, listed, given(call, OPTION_JSON));
    for (size_t i = 0; i < entries->n; i++)
        free(listed[i].problem);
    return EXIT_FINE;
}

const struct verb verb_list = {
    .name = "list",
    .summary = "the boot entries, the one to start marked",
    .options = OPTION_JSON | OPTION_ROOT,
    .run = run,
};
