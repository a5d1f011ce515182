/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "act/deadline.h"
#include "act/hook.h"
#include "act/journal.h"
#include "act/logind.h"
#include "act/motd.h"
#include "act/network.h"
#include "act/systemd.h"
#include "act/terminals.h"
#include "base/clock.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/hardware/inventory.h"
#include "discover/system/config.h"
#include "reboot/alarm.h"
#include "reboot/arrival.h"
#include "reboot/early.h"
#include "reboot/health.h"
#include "reboot/hook.h"
#include "reboot/notes.h"
#include "reboot/records.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

/* Without the network the users may not be able to end what inhibits the reboot; and where the bus
 * does not run yet, nothing does. */
static bool is_inhibited(int root)
{
    AUTOFREE char *who = NULL;

    if (health_lacks_network(root) || logind_inhibited(&who) <= 0)
        return false;
    journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL,
                 "the reboot through the firmware waits for %s; see `systemd-inhibit --list`", who);
    return true;
}

/* Starts the administrator's program once, and says whether it still runs. Whether it succeeds does
 * not matter, nor does what keeps it from starting. */
static bool hook_runs(int root)
{
    CLEANUP(config_clear) struct config config = {0};
    AUTOFREE char *state = NULL;
    int r;

    config_load(root, &config);
    if (config.error || !config.health_hook)
        return false;
    r = systemd_unit_state(HOOK_UNIT, &state);
    if (r >= 0 && !streq(state, "inactive"))
        return !streq(state, "active") && !streq(state, "failed");
    if (r >= 0)
        r = systemd_start_alone(HOOK_UNIT);
    if (r < 0)
        journal_trouble("starting " HOOK_UNIT, r);
    return r >= 0;
}

/* Where it is inhibited or refused, the timer asks again. */
static int reboot(int root)
{
    int r;

    if (is_inhibited(root) || hook_runs(root))
        return EXIT_FINE;
    r = systemd_reboot_through_firmware(); /* the jump drops the loaded kernel */
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
             "(fastreboot.conf(5)). To keep it as it is: fastreboot cancel");
    return r;
}

/* What is not in any file, and the texts of it. */
struct look {
    struct health_seen seen;
    char *state;
    char *waiting;
};

static void look_clear(struct look *look)
{
    free(look->state);
    free(look->waiting);
}

/* The state of health-unit: NULL when there is none, or it is not known. */
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

/* Makes the kernel ask for the gateways, so that the next look has the answer. */
static void ask_gateways(int root)
{
    CLEANUP(inventory_clear) struct inventory routes = {0};
    const struct route *all[] = {&routes.ipv4, &routes.ipv6};

    inventory_read_route(root, ROUTES_IPV4, &routes.ipv4);
    inventory_read_route(root, ROUTES_IPV6, &routes.ipv6);
    for (size_t i = 0; i < ELEMENTS(all); i++)
        if (all[i]->gateway)
            network_ask(all[i]->gateway, all[i]->link);
}

static void look_around(int root, const struct config *config, struct look *ret)
{
    int r;

    *ret = (struct look){.state = unit_state(config)};
    ask_gateways(root);
    r = systemd_boot_waits(&ret->waiting);
    if (r < 0)
        journal_trouble("asking PID 1 what the boot waits for", r);
    ret->seen = (struct health_seen){
        .state = ret->state, .waiting = ret->waiting, .uptime = clock_uptime()};
}

/* Whether this is fastreboot-emergency.service, which judges the boot as it is. */
static bool is_emergency(void)
{
    AUTOFREE char *state = NULL;

    return systemd_unit_state(EMERGENCY_UNIT, &state) >= 0 && streq(state, "activating");
}

/* Before fastreboot.service has judged this boot: HEALTH_OVER when it is judged now. */
static int judge(int root, const struct config *config, const struct health_seen *seen,
                 char **ret_notice)
{
    if (!is_emergency())
        return early_judge(root, config, seen, ret_notice);
    return judge_emergency(root) < 0 ? HEALTH_WAIT : HEALTH_OVER;
}

/* The journal shows what is this urgent to everybody who is logged in, as wall(1) would; the
 * console shows it to whoever sits before a prompt that the boot waits for. */
static void tell_users(int root, const struct health_news *news)
{
    if (!news->notice)
        return;
    journal_tell(news->called_off ? EVENT_CALLED_OFF : EVENT_COUNTDOWN, LOG_EMERG, NULL, "%s",
                 news->notice);
    terminals_tell(root, news->notice);
    puts(news->notice);
}

/* The unit takes the text away where the check is stopped from outside, as by a shutdown. */
static void tell_whoever_logs_in(int root, const char *motd)
{
    bool begins = motd && root_exists(root, RUN_MOTD) == 0;
    int r = motd_show(root, motd);

    if (r < 0)
        journal_trouble("/" RUN_MOTD, r);
    else if (begins)
        r = systemd_start_alone(COUNTDOWN_UNIT);
    if (begins && r < 0)
        journal_trouble("starting " COUNTDOWN_UNIT, r);
}

/* One of enum health_step, or a negative errno. */
static int look(int root, struct health_news *ret_news)
{
    CLEANUP(config_clear) struct config config = {0};
    CLEANUP(look_clear) struct look look = {0};
    int r = HEALTH_OVER;

    *ret_news = (struct health_news){0};
    config_load(root, &config);
    look_around(root, &config, &look);
    if (records_has_boot(root) == 0)
        r = judge(root, &config, &look.seen, &ret_news->notice);
    return r == HEALTH_OVER ? health_check(root, &config, &look.seen, ret_news) : r;
}

static int run(const struct call *call)
{
    CLEANUP(health_news_clear) struct health_news news;
    AUTOCLOSE int lock = notes_lock_health(call->root);
    int r = look(call->root, &news);

    (void)lock; /* in emergency mode there may be no /var to hold it */
    if (r < 0)
        journal_trouble("/" RUN_HEALTH, r);
    tell_users(call->root, &news);
    if (r == HEALTH_REBOOT)
        return reboot(call->root);
    tell_whoever_logs_in(call->root, news.motd);
    if (r == HEALTH_OVER) {
        alarm_raise(call->root);
        return stop_looking();
    }
    return r < 0 ? EXIT_FAILED : EXIT_FINE;
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
    CLEANUP(look_clear) struct look look = {0};
    CLEANUP(health_news_clear) struct health_news news = {0};
    AUTOCLOSE int lock = -1;
    int r;

    if (given(call, OPTION_DRY_RUN)) {
        puts(records_has_health(call->root) > 0 ? "would end the health check without a reboot"
                                                : "no health check is under way");
        return EXIT_FINE;
    }
    lock = notes_lock_health(call->root);
    config_load(call->root, &config);
    look_around(call->root, &config, &look);
    r = health_cancel(call->root, &config, &look.seen, &news);
    if (r < 0)
        return complain("/" RUN_HEALTH, r);
    tell_users(call->root, &news);
    tell_whoever_logs_in(call->root, NULL);
    alarm_raise(call->root);
    puts(r > 0 ? "the health check is over; the machine stays as it is; see `fastreboot status`"
               : "no health check is under way");
    return r > 0 ? stop_looking() : EXIT_FINE;
}

const struct verb verb_cancel = {
    .name = "cancel",
    .summary = "stay up although something is missing since the fast reboot",
    .options = OPTION_DRY_RUN | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = cancel,
};

/* Whatever it does, the reboot comes: the health check only waits for this unit to end. */
static int run_hook(const struct call *call)
{
    CLEANUP(config_clear) struct config config = {0};
    AUTOFREE char *problem = NULL;
    char **environment;
    int r;

    config_load(call->root, &config);
    if (config.error || !config.health_hook)
        return EXIT_FINE;
    if (hook_check(call->root, &config, &problem) < 0) {
        journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "%s", problem);
        return EXIT_FAILED;
    }
    deadline_start(hook_limit(&config));
    deadline_doing("running the program of health-hook");
    environment = hook_environment(call->root, clock_now() + hook_limit(&config));
    r = hook_run(config.health_hook, environment);
    if (r < 0)
        journal_trouble(config.health_hook, r);
    else if (r > 0)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "health-hook %s failed: exit status %d",
                     config.health_hook, r);
    names_free(environment);
    return r ? EXIT_FAILED : EXIT_FINE;
}

const struct verb verb_hook = {
    .name = "hook",
    .summary = "as fastreboot-hook.service calls it before the machine reboots itself",
    .flags = VERB_NEEDS_ROOT | VERB_HIDDEN,
    .run = run_hook,
};
