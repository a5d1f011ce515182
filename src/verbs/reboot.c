/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/reboot.h"
#include "act/logind.h"
#include "act/systemd.h"
#include "base/paths.h"
#include "base/util.h"
#include "reboot/notes.h"
#include "report/report.h"
#include "verbs/complain.h"
#include "verbs/normal.h"

/* Asks for the reboot, at once or at the time of --when. Returns the exit status. */
static int leave(const struct call *call, bool through_firmware)
{
    int r = call->when ? reboot_schedule(call->root, call->when)
                       : reboot_now(call->root, through_firmware);

    if (r < 0)
        return complain("cannot ask for the reboot", r);
    if (r == 0 && call->when)
        report_scheduled(call->when, through_firmware);
    return r ? EXIT_FAILED : EXIT_FINE; /* the command that was run has said why */
}

/* What cannot be dropped does not keep the machine from being rebooted: the jump obeys the mark. */
static int leave_through_firmware(const struct call *call)
{
    bool earlier;
    int status, r = normal_request(call, &earlier);

    if (r < 0 && r != -ECANCELED)
        return EXIT_FAILED;
    status = leave(call, true);
    if (status != EXIT_FINE)
        normal_take_back(call, earlier);
    return status;
}

static int describe(const struct call *call, const char *what)
{
    AUTOFREE char *when = call->when ? report_time_text(call->when) : NULL;

    printf("would %s%s%s\n", what, when ? " at " : "", when ? when : "");
    return EXIT_FINE;
}

static int normal(const struct call *call)
{
    if (given(call, OPTION_CANCEL))
        return normal_cancel(call);
    if (given(call, OPTION_ARM))
        return normal_arm(call);
    if (given(call, OPTION_DRY_RUN))
        return describe(call, "drop any loaded kernel, and reboot through the firmware");
    return leave_through_firmware(call);
}

const struct verb verb_normal = {
    .name = "normal",
    .summary = "reboot once through the firmware",
    .options = OPTION_ARM | OPTION_CANCEL | OPTION_DRY_RUN | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = normal,
};

/* The firmware reboot that was requested with a scheduled one stays requested. */
static int unschedule(const struct call *call)
{
    int r;

    if (given(call, OPTION_DRY_RUN)) {
        puts("would take back the scheduled reboot or power-off, if any");
        return EXIT_FINE;
    }
    r = logind_cancel_scheduled();
    if (r < 0)
        return complain("cannot ask logind", r);
    puts(r > 0 ? "cancelled" : "nothing is scheduled");
    if (notes_has_normal(call->root) > 0)
        puts("the next reboot is still a firmware reboot; to undo: `fastreboot set-next auto`");
    return EXIT_FINE;
}

/* Whether a reboot now would be fast: EXIT_FINE, or the reasons against it and the exit status. */
static int check_fast(const struct call *call)
{
    CLEANUP(survey_clear) struct survey survey;

    survey_make(call->root, PURPOSE_NEXT_REBOOT, &survey);
    if (survey.verdict.fast)
        return EXIT_FINE;
    report_check(&survey, CHECK_FOUND, time_of(call));
    fputs("fastreboot: not rebooting: the reboot would go through the firmware\n", stderr);
    return survey.verdict.needs_root ? EXIT_FAILED : EXIT_FIRMWARE;
}

static int reboot(const struct call *call)
{
    int status = EXIT_FINE;

    if (call->when == WHEN_CANCEL)
        return unschedule(call);
    if (given(call, OPTION_FIRMWARE))
        return normal(call);
    if (given(call, OPTION_FAST))
        status = check_fast(call);
    if (status != EXIT_FINE)
        return status;
    return given(call, OPTION_DRY_RUN) ? describe(call, "reboot") : leave(call, false);
}

const struct verb verb_reboot = {
    .name = "reboot",
    .summary = "reboot, fast if possible",
    .options = OPTION_FAST | OPTION_FIRMWARE | OPTION_WHEN | OPTION_DRY_RUN | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = reboot,
};
