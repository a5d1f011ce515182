/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "act/journal.h"
#include "act/systemd.h"
#include "base/clock.h"
#include "base/paths.h"
#include "base/util.h"
#include "discover/system/config.h"
#include "reboot/arrival.h"
#include "reboot/health.h"
#include "reboot/load.h"
#include "reboot/records.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

/* If it is refused, perhaps by an inhibitor, the timer triggers another try. */
static int reboot(int root)
{
    int r = load_drop_all(root);

    if (r < 0) /* the mark for the firmware reboot is set even so, and the jump obeys it */
        journal_trouble("dropping the loaded kernel", r);
    r = systemd_reboot_through_firmware();
    if (r == 0)
        return EXIT_FINE;
    journal_tell(EVENT_TROUBLE, LOG_ERR, NULL, "the reboot through the firmware was refused: %s",
                 r < 0 ? strerror(-r) : "see above");
    return EXIT_FAILED;
}

/* If the timer continues, the check finds nothing to do and stops it again. */
static int stop_looking(void)
{
    int r = systemd_stop(HEALTH_TIMER);

    if (r < 0)
        journal_trouble("stopping " HEALTH_TIMER, r);
    return r < 0 ? EXIT_FAILED : EXIT_FINE;
}

/* In emergency mode nothing has judged this boot, see fastreboot-emergency.service. Whoever uses
 * its console must know why the machine goes down under the shell. */
static int judge_emergency(int root)
{
    int r = arrival_judge(root);

    if (r < 0)
        journal_trouble("/" STATE_ATTEMPT, r);
    else if (records_has_health(root) > 0)
        puts("This machine was rebooted fast and is in emergency mode. Unless all that is missing "
             "comes back, it reboots through the firmware after the time of health-timeout "
             "(fastreboot.conf(5)). To keep it as it is: systemctl stop " HEALTH_TIMER);
    return r;
}

/* The state of health-unit, which the caller frees; NULL if none is set, or it is not known. */
static char *unit_state(const struct config *config)
{
    char *state = NULL;
    int r = 0;

    if (!config->error && config->health_unit)
        r = systemd_unit_state(config->health_unit, &state);
    if (r < 0)
        journal_trouble(config->health_unit, r);
    return state;
}

static int run(const struct call *call)
{
    CLEANUP(config_clear) struct config config = {0};
    AUTOFREE char *state = NULL;
    int r;

    config_load(call->root, &config);
    if (records_has_boot(call->root) == 0 && judge_emergency(call->root) < 0)
        return EXIT_FAILED;
    state = unit_state(&config);
    r = health_check(call->root, &config, state, clock_uptime());
    if (r < 0) {
        journal_trouble("/" RUN_HEALTH, r);
        return EXIT_FAILED;
    }
    if (r == HEALTH_REBOOT)
        return reboot(call->root);
    return r == HEALTH_OVER ? stop_looking() : EXIT_FINE;
}

const struct verb verb_health = {
    .name = "health",
    .summary = "as fastreboot-health.service calls it after a fast reboot",
    .flags = VERB_NEEDS_ROOT | VERB_HIDDEN,
    .run = run,
};

static int cancel(const struct call *call)
{
    CLEANUP(config_clear) struct config config = {0};
    AUTOFREE char *state = NULL;
    int r;

    if (given(call, OPTION_DRY_RUN)) {
        puts(records_has_health(call->root) > 0 ? "would end the health check without a reboot"
                                                : "no health check is under way");
        return EXIT_FINE;
    }
    config_load(call->root, &config);
    state = unit_state(&config);
    r = health_cancel(call->root, &config, state);
    if (r < 0)
        return complain("/" RUN_HEALTH, r);
    puts(r > 0 ? "the health check is over; the machine stays as it is"
               : "no health check is under way");
    return r > 0 ? stop_looking() : EXIT_FINE;
}

const struct verb verb_cancel = {
    .name = "cancel",
    .summary = "stay up although something is missing since the fast reboot",
    .options = OPTION_DRY_RUN,
    .flags = VERB_NEEDS_ROOT,
    .run = cancel,
};
