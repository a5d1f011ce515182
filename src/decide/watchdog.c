/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/watchdog.h"

#include "base/cmdline.h"
#include "base/util.h"

enum {
    /* Enough for a kernel, an initrd that waits for disks, and udev, until systemd feeds it
     * again. */
    SECONDS = 180,
};

#define HANGS "a kernel that hangs stays down"
#define ONLY_IF_SET "it is used only if watchdog = SECONDS is set: " HANGS

static unsigned seconds_of(const struct config *config)
{
    return config->watchdog > 0 ? (unsigned)config->watchdog : SECONDS;
}

bool watchdog_is_absent(const struct facts *facts)
{
    const struct watchdog_facts *watchdog = &facts->watchdog;

    return facts->config.watchdog != SECONDS_OFF && !watchdog->identity && !watchdog->ipmi;
}

/* Why it cannot be used, whatever the settings; NULL if it can. */
static char *why_useless(const struct facts *facts)
{
    const struct watchdog_facts *watchdog = &facts->watchdog;
    const struct boot_entry *entry = facts->payload.entry;
    const char *asked = facts->config.watchdog > 0 ? facts->config.watchdog_source : NULL;
    unsigned seconds = seconds_of(&facts->config);

    if (facts->config.watchdog == SECONDS_OFF)
        return format("%s says watchdog = off: " HANGS, facts->config.watchdog_source);
    if (watchdog_is_absent(facts))
        return xstrdup("no hardware watchdog was found: " HANGS);
    if (!watchdog->identity)
        return xstrdup(
            "ipmi_watchdog does not tell whether it is running. If it is, it resets the "
            "machine unless the next system feeds it within two minutes; if not, " HANGS);
    if (watchdog->other_device)
        return format("WatchdogDevice= in %s names another watchdog than the first, which is the "
                      "only one that fastreboot uses: " HANGS,
                      watchdog->other_device);
    if (watchdog->kind && watchdog->kind->life == WATCHDOG_DIES)
        return format("%s ends with the running kernel: " HANGS, watchdog->kind->module);
    if (watchdog->kept.is == ANSWER_UNKNOWN)
        return xstrdup("the running kernel has no watchdog.stop_on_reboot, so its watchdog stops "
                       "at every reboot: " HANGS);
    if (entry && cmdline_has(entry->cmdline, "watchdog.stop_on_reboot=1"))
        return xstrdup("watchdog.stop_on_reboot=1 is on the command line: " HANGS);
    if (watchdog->max > 0 && watchdog->max < (long)seconds)
        return format("the watchdog \"%s\" counts to %ld seconds at most, less than the %u "
                      "%s%s: " HANGS,
                      watchdog->identity, watchdog->max, seconds, asked ? "of " : "required",
                      asked ? asked : "");
    return NULL;
}

/* Why the next system may not take it over in time; NULL if it certainly does. */
static char *why_uncertain(const struct facts *facts)
{
    const struct watchdog_facts *watchdog = &facts->watchdog;

    if (!watchdog->kind || watchdog->kind->life == WATCHDOG_PERHAPS)
        return format("the watchdog \"%s\" is not known to survive a kexec, so " ONLY_IF_SET,
                      watchdog->identity);
    if (watchdog->fed.is != ANSWER_YES)
        return format(
            "systemd is not set to feed the watchdog \"%s\", which might then reset the "
            "next system. To use it, set RuntimeWatchdogSec= in /etc/systemd/system.conf, "
            "or watchdog = SECONDS; without it, " HANGS,
            watchdog->identity);
    if (watchdog->running.is != ANSWER_YES)
        return format("the watchdog \"%s\" is not running although RuntimeWatchdogSec= is set, so "
                      "the next system might not feed it either: " HANGS,
                      watchdog->identity);
    if (watchdog->nowayout.is != ANSWER_NO)
        return format("the watchdog \"%s\" cannot be stopped any more (nowayout), not even for a "
                      "halt, so " ONLY_IF_SET,
                      watchdog->identity);
    if (facts->crypt.encrypted)
        return xstrdup("the root file system is encrypted, and nothing feeds a watchdog while the "
                       "initrd waits for a passphrase, so " ONLY_IF_SET);
    if (watchdog->comes.is != ANSWER_YES)
        return format("the next kernel has no module %s to take the watchdog over: " HANGS,
                      watchdog->kind->module);
    return NULL;
}

void watchdog_decide(const struct facts *facts, struct watchdog_plan *ret_plan)
{
    char *problem = why_useless(facts);

    if (!problem && facts->config.watchdog == 0)
        problem = why_uncertain(facts);
    *ret_plan = (struct watchdog_plan){.used = !problem, .problem = problem};
    if (problem)
        return;
    if (facts->watchdog.kept.is == ANSWER_YES)
        ret_plan->seconds = seconds_of(&facts->config);
    else
        ret_plan->problem =
            xstrdup("the watchdog protects every fast reboot except the next one, because the "
                    "running kernel was started without watchdog.stop_on_reboot=0. To protect the "
                    "next one too, add that to the boot loader's configuration");
}

void watchdog_plan_clear(struct watchdog_plan *plan)
{
    free(plan->problem);
    *plan = (struct watchdog_plan){0};
}
