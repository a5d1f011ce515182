/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "base/util.h"
#include "decide/reasons.h"
#include "report/print.h"
#include "report/report.h"
#include "verbs/verb.h"

static const char *effect_of(const struct reason *reason)
{
    switch (reason->severity) {
    case SEVERITY_BLOCK:
        return "the reboot goes through the firmware";
    case SEVERITY_WARN:
        return "a warning for any reboot, fast or not";
    default:
        return "for information";
    }
}

static const char *id_of(size_t i)
{
    const struct reason *reason = reason_at(i);

    if (!reason)
        reason = reason_late_at(i - reasons_count());
    return reason ? reason->id : NULL;
}

static int run(const struct call *call)
{
    static const char *const ENDS[] = {
        [KIND_ONCE] = "until the next reboot",
        [KIND_SETTING] = "until a setting is changed",
        [KIND_FAULT] = "until something is repaired",
        [KIND_MACHINE] = "always, on this machine",
    };
    const struct reason *reason = reason_explained(call->argument);

    if (given(call, OPTION_JSON)) {
        report_reason_json(reason);
        return EXIT_FINE;
    }
    print_headline(STYLE_PLAIN, format("%s (%s)", reason->id, severity_name(reason->severity)));
    print_line("  Group:       ",
               format("%s: %s", group_name(reason->group), group_about(reason->group)));
    print_line("  Meaning:     ", xstrdup(reason->about));
    print_line("  Effect:      ", xstrdup(effect_of(reason)));
    print_line("  Lasts:       ", xstrdup(ENDS[reason->kind]));
    print_line("  All is well: ", format("if %s", reason->passed));
    if (reason->advice)
        print_line("  What to do:  ", xstrdup(reason->advice));
    return EXIT_FINE;
}

const struct verb verb_explain = {
    .name = "explain",
    .summary = "what a reason means, and what to do about it",
    .argument = "REASON",
    .word = id_of,
    .words_are = "a list in fastreboot-reasons(7)",
    .options = OPTION_JSON | OPTION_NO_PAGER,
    .run = run,
};
