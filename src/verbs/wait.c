/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "act/systemd.h"
#include "base/paths.h"
#include "base/util.h"
#include "discover/system/units.h"
#include "reboot/health.h"
#include "reboot/records.h"
#include "report/report.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

/* The health check waits for the boot to end, and a boot that waits for this program would wait for
 * ever: for its service everything is known that can be. */
static bool boot_waits_for_us(int root)
{
    AUTOFREE char *jobs = NULL;

    return systemd_boot_waits(&jobs) > 0 && systemd_is_starting_us() && health_is_complete(root);
}

/* Reads how the last reboot went. Returns 1 if that is final; 0 if it is not yet known; or a
 * negative errno, -ENOENT if nothing will find out. */
static int read_verdict(int root, struct boot_record *ret)
{
    int r = records_read_boot(root, ret);

    if (r != 0)
        return r < 0 ? r : ret->health != HEALTH_CHECKING || boot_waits_for_us(root);
    return service_is_active(root).is == ANSWER_NO ? -ENOENT : 0;
}

static int tell(const struct call *call, const struct boot_record *record)
{
    bool trouble = record->outcome == OUTCOME_FAILED || record->outcome == OUTCOME_DAMAGED ||
                   record->health == HEALTH_MISSING;

    report_last(record, time_of(call));
    return trouble ? EXIT_WARNINGS : EXIT_FINE;
}

static int run(const struct call *call)
{
    static const struct timespec SECOND = {.tv_sec = 1};

    for (int seconds = 0;; seconds++) {
        CLEANUP(boot_record_clear) struct boot_record record;
        int r = read_verdict(call->root, &record);

        if (r > 0)
            return tell(call, &record);
        if (r == -ENOENT) {
            fputs(
                "fastreboot: fastreboot.service is not running, so there is nothing to wait for\n",
                stderr);
            return EXIT_FAILED;
        }
        if (r < 0)
            return complain("/" RUN_BOOT, r);
        if (call->timeout >= 0 && seconds >= call->timeout) {
            fputs("fastreboot: it is not known yet how the last reboot went\n", stderr);
            return EXIT_FAILED;
        }
        (void)nanosleep(&SECOND, NULL);
    }
}

const struct verb verb_wait = {
    .name = "wait",
    .summary = "wait until it is known how the last reboot went",
    .options = OPTION_ROOT | OPTION_TIMEOUT | OPTION_QUIET,
    .run = run,
};
