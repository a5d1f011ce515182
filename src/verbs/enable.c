/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/systemd.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "report/report.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

/* Not so in a chroot, nor where an image is made. */
static bool is_booted(const struct call *call)
{
    return root_exists(call->root, "run/systemd/system") != 0;
}

/* The other units follow the service: Also= in its [Install]. */
static int switch_units(const struct call *call, const char *how)
{
    const char *quiet = given(call, OPTION_QUIET) ? "--quiet" : NULL;
    const char *const now[] = {how, "--now", SERVICE_UNIT, quiet, NULL};
    const char *const later[] = {how, SERVICE_UNIT, quiet, NULL};
    bool booted = is_booted(call);
    int r;

    if (given(call, OPTION_DRY_RUN)) {
        printf("would run systemctl %s %s%s\n", how, booted ? "--now " : "", SERVICE_UNIT);
        return EXIT_FINE;
    }
    r = systemctl(booted ? now : later, NULL);
    if (r < 0)
        return complain("systemctl", r);
    return r ? EXIT_FAILED : EXIT_FINE;
}

/* Ends by showing what the next reboot will be, as that depends on more than being enabled. */
static int enable(const struct call *call)
{
    CLEANUP(survey_clear) struct survey survey = {0};
    int status = switch_units(call, "enable");

    if (status != EXIT_FINE || given(call, OPTION_DRY_RUN))
        return status;
    if (!is_booted(call)) {
        puts("fastreboot is enabled for the next boot; systemd does not run here");
        return status;
    }
    survey_make(call->root, PURPOSE_NEXT_REBOOT, &survey);
    report_next(&survey, time_of(call));
    return status;
}

static int disable(const struct call *call)
{
    int status = switch_units(call, "disable");

    if (status == EXIT_FINE && !given(call, OPTION_DRY_RUN))
        puts("fastreboot is disabled; reboots go through the firmware");
    return status;
}

const struct verb verb_enable = {
    .name = "enable",
    .summary = "make reboots fast, from the next one on",
    .options = OPTION_DRY_RUN | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = enable,
};

const struct verb verb_disable = {
    .name = "disable",
    .summary = "make reboots go through the firmware; settings stay",
    .options = OPTION_DRY_RUN | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = disable,
};
