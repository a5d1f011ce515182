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

/* Looks once, and says in *ret_problem (to free) why there is no result. Returns the exit status,
 * EXIT_UNKNOWN while waiting can help; the caller releases the record in any case. */
static int look(int root, int *stopped, struct boot_record *ret_record, char **ret_problem)
{
    int r = records_read_boot(root, ret_record);
    const char *endless;

    if (r < 0) {
        boot_record_clear(ret_record); /* which may be there in part */
        *ret_problem = complaint("/" RUN_BOOT, r);
        return EXIT_FAILED;
    }
    if (r > 0 && (ret_record->health != HEALTH_CHECKING || boot_waits_for_us(root)))
        return exit_status(ret_record);
    endless = without_end(root, r > 0, stopped);
    *ret_problem = xstrdup(endless ? endless : "it is not known yet how the last reboot went");
    return endless ? EXIT_FAILED : EXIT_UNKNOWN;
}

static void tell_json(const struct call *call, int status, const struct boot_record *record,
                      const char *problem)
{
    static const char *const RESULTS[] = {
        [EXIT_FINE] = "fine",       [EXIT_FAILED] = "error",    [EXIT_WARNINGS] = "warnings",
        [EXIT_DAMAGED] = "damaged", [EXIT_UNKNOWN] = "pending",
    };
    CLEANUP(survey_clear) struct survey survey;

    survey_make(call->root, PURPOSE_NEXT_REBOOT, &survey);
    report_wait_json(&(struct wait_report){.result = RESULTS[status],
                                           .problem = problem,
                                           .health = &survey.facts.health,
                                           .last = record->text ? record : NULL});
}

static void tell(const struct call *call, int status, const struct boot_record *record,
                 const char *problem)
{
    if (given(call, OPTION_JSON))
        tell_json(call, status, record, problem);
    else if (problem)
        print_trouble(xstrdup(problem));
    else
        report_last(record, time_of(call));
}

static int run(const struct call *call)
{
    static const struct timespec SECOND = {.tv_sec = 1};
    int stopped = 0;

    for (int seconds = 0;; seconds++) {
        CLEANUP(boot_record_clear) struct boot_record record;
        AUTOFREE char *problem = NULL;
        int status = look(call->root, &stopped, &record, &problem);

        if (status != EXIT_UNKNOWN || (call->timeout >= 0 && seconds >= call->timeout)) {
            tell(call, status, &record, problem);
            return status;
        }
        (void)nanosleep(&SECOND, NULL);
    }
}

const struct verb verb_wait = {
    .name = "wait",
    .summary = "wait until it is known how the last reboot went",
    .options = OPTION_JSON | OPTION_ROOT | OPTION_TIMEOUT | OPTION_QUIET,
    .run = run,
};
