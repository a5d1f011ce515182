/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/util.h"
#include "discover/hardware/drivers.h"
#include "reboot/records.h"
#include "report/monitoring.h"
#include "report/report.h"
#include "verbs/verb.h"

/* Why the next reboot goes through the firmware, if the cause is a kernel or initrd, not a setting
 * or a request. */
static const struct finding *kernel_trouble(const struct verdict *verdict)
{
    const struct finding *because = verdict->because;

    return because && because->reason->scope != SCOPE_POLICY ? because : NULL;
}

/* For the hooks that run when kernels or initrds change: warns, and never fails. */
static int check_kernel(const struct call *call)
{
    AUTOFREE char *directory = format("/lib/modules/%s", call->kernel);
    CLEANUP(answer_clear) struct answer missing = drivers_missing(call->root, directory);
    CLEANUP(survey_clear) struct survey survey;
    struct kernel_report kernel;

    survey_make(call->root, PURPOSE_NEXT_REBOOT, &survey);
    kernel = (struct kernel_report){.release = call->kernel,
                                    .missing = &missing,
                                    .pinned = &survey.facts.pinned,
                                    .because = kernel_trouble(&survey.verdict)};
    if (given(call, OPTION_JSON))
        report_kernel_json(&kernel);
    else
        report_kernel(&kernel, given(call, OPTION_VERBOSE));
    return EXIT_FINE;
}

/* Exits as Nagios wants it, whatever that means to other callers. */
static int check_for_nagios(const struct call *call)
{
    CLEANUP(survey_clear) struct survey survey;
    CLEANUP(boot_record_clear) struct boot_record last;
    bool known = records_read_boot(call->root, &last) > 0;
    AUTOFREE char *line = NULL;
    enum nagios_state state;

    survey_make(call->root, PURPOSE_NEXT_REBOOT, &survey);
    line = nagios_text(&survey, known ? &last : NULL, time_of(call), &state);
    puts(line);
    return (int)state;
}

static enum check_detail detail_of(const struct call *call)
{
    return call->verbosity > 1 ? CHECK_ALL : call->verbosity ? CHECK_GROUPS : CHECK_FOUND;
}

static int check_machine(const struct call *call)
{
    CLEANUP(survey_clear) struct survey survey;

    survey_make(call->root, PURPOSE_NEXT_REBOOT, &survey);
    if (given(call, OPTION_JSON))
        report_check_json(&survey, given(call, OPTION_VERBOSE));
    else
        report_check(&survey, detail_of(call), time_of(call));
    if (survey.verdict.fast)
        return survey.verdict.warnings > 0 ? EXIT_WARNINGS : EXIT_FINE;
    /* An unprivileged caller may have missed something, so the result is not certain. */
    return survey.verdict.needs_root ? EXIT_FAILED : EXIT_FIRMWARE;
}

static int run(const struct call *call)
{
    if (given(call, OPTION_NAGIOS))
        return check_for_nagios(call);
    return call->kernel ? check_kernel(call) : check_machine(call);
}

const struct verb verb_check = {
    .name = "check",
    .summary = "the reasons that apply; exit 0 fast, 4 with warnings, 3 firmware",
    .options = OPTION_JSON | OPTION_ROOT | OPTION_VERBOSE | OPTION_KERNEL | OPTION_NAGIOS |
               OPTION_QUIET | OPTION_NO_PAGER,
    .run = run,
};
