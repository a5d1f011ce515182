/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "act/systemd.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/system/units.h"
#include "reboot/health.h"
#include "reboot/records.h"
#include "report/report.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

enum {
    PATIENCE = 5, /* looks, a second each */
};

/* The health check waits for the boot to end, and a boot that waits for this program would wait for
 * ever: for its service everything is known that can be. */
static bool boot_waits_for_us(int root)
{
    AUTOFREE char *jobs = NULL;

    return systemd_boot_waits(&jobs) > 0 && systemd_is_starting_us() && health_is_settled(root);
}

/* What nothing will find out, in words; or NULL. The timer is asked again before that counts: it
 * may be about to start. Only root may ask. */
static const char *without_end(int root, bool checking, int *stopped)
{
    AUTOFREE char *timer = NULL;

    if (!checking)
        return service_is_active(root).is == ANSWER_NO
                   ? "fastreboot.service is not running, so there is nothing to wait for"
                   : NULL;
    if (!root_is_live(root) || systemd_unit_state(HEALTH_TIMER, &timer) < 0 ||
        !streq(timer, "inactive"))
        *stopped = 0;
    else
        (*stopped)++;
    return *stopped >= PATIENCE ? "the health check was stopped, so its result stays unknown"
                                : NULL;
}

static int exit_status(const struct boot_record *record)
{
    if (record->outcome == OUTCOME_DAMAGED)
        return EXIT_DAMAGED;
    if (record->outcome == OUTCOME_FAILED || record->health == HEALTH_MISSING)
        return EXIT_WARNINGS;
    return EXIT_FINE;
}

static int fail(const char *why, int status)
{
    fprintf(stderr, "fastreboot: %s\n", why);
    return status;
}

/* Looks once: an exit status, or -1 while it is not known. */
static int look(const struct call *call, int *stopped)
{
    CLEANUP(boot_record_clear) struct boot_record record;
    int r = records_read_boot(call->root, &record);
    bool known = r > 0 && (record.health != HEALTH_CHECKING || boot_waits_for_us(call->root));
    const char *endless = r < 0 || known ? NULL : without_end(call->root, r > 0, stopped);

    if (r < 0)
        return complain("/" RUN_BOOT, r);
    if (endless)
        return fail(endless, EXIT_FAILED);
    if (!known)
        return -1;
    report_last(&record, time_of(call));
    return exit_status(&record);
}

static int run(const struct call *call)
{
    static const struct timespec SECOND = {.tv_sec = 1};
    int stopped = 0;

    for (int seconds = 0;; seconds++) {
        int status = look(call, &stopped);

        if (status >= 0)
            return status;
        if (call->timeout >= 0 && seconds >= call->timeout)
            return fail("it is not known yet how the last reboot went", EXIT_UNKNOWN);
        (void)nanosleep(&SECOND, NULL);
    }
}

const struct verb verb_wait = {
    .name = "wait",
    .summary = "wait until it is known how the last reboot went",
    .options = OPTION_ROOT | OPTION_TIMEOUT | OPTION_QUIET,
    .run = run,
};
