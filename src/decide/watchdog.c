/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/watchdog.h"

#include <errno.h>

#include "base/cmdline.h"
#include "base/util.h"

enum {
    /* Time for a kernel, an initrd that waits for disks, and udev, until systemd feeds it again. */
    SECONDS = 180,
};

#define HANGS "a next kernel that hangs stays down until somebody resets the machine"

static unsigned seconds_of(const struct config *config)
{
    return config->watchdog > 0 ? (unsigned)config->watchdog : SECONDS;
}

/* Why it cannot be used, whatever the settings say. *ret_useless tells NULL for "it can" from NULL
 * for want of memory. */
static char *why_useless(const struct facts *facts, bool *ret_useless)
{
    const struct watchdog_facts *watchdog = &facts->watchdog;
    const struct boot_entry *entry = facts->payload.entry;
    unsigned seconds = seconds_of(&facts->config);

    *ret_useless = true;
    if (facts->config.watchdog == SECONDS_OFF)
        return strdup("watchdog = off: " HANGS);
    if (!watchdog->identity && watchdog->ipmi)
        return strdup(
            "ipmi_watchdog does not tell whether it runs. Where it does, it resets the "
            "machine unless the next system feeds it within two minutes; where not, " HANGS);
    if (!watchdog->identity)
        return strdup("there is no hardware watchdog, or its driver is not loaded: " HANGS);
    if (watchdog->other_device)
        return strdup(
            "systemd's WatchdogDevice= names another watchdog than the first, which is the "
            "only one that is looked at: " HANGS);
    if (watchdog->kind && watchdog->kind->life == WATCHDOG_DIES)
        return format("%s ends with the running kernel: " HANGS, watchdog->kind->module);
    if (watchdog->kept.is == ANSWER_UNKNOWN)
        return strdup("the running kernel has no watchdog.stop_on_reboot, so its watchdog stops at "
                      "each reboot: " HANGS);
    if (entry && cmdline_has(entry->cmdline, "watchdog.stop_on_reboot=1"))
        return strdup("watchdog.stop_on_reboot=1 is on the command line: " HANGS);
    if (watchdog->max > 0 && watchdog->max < (long)seconds)
        return format("the watchdog \"%s\" counts to %ld seconds, which is less than the %u asked "
                      "for: " HANGS,
                      watchdog->identity, watchdog->max, seconds);
    *ret_useless = false;
    return NULL;
}

/* Why it is not certain that the next system takes it over in time; as above. */
static char *why_uncertain(const struct facts *facts, bool *ret_uncertain)
{
    const struct watchdog_facts *watchdog = &facts->watchdog;

    *ret_uncertain = true;
    if (!watchdog->kind || watchdog->kind->life == WATCHDOG_PERHAPS)
        return format(
            "it is not known for certain how the watchdog \"%s\" behaves over a kexec, so "
            "it is used only when watchdog = SECONDS says so: " HANGS,
            watchdog->identity);
    if (watchdog->fed.is != ANSWER_YES)
        return format(
            "systemd is not set to feed the watchdog \"%s\", so the next system might be "
            "reset by it. With RuntimeWatchdogSec= in /etc/systemd/system.conf, or watchdog "
            "= SECONDS, it is used; as it is, " HANGS,
            watchdog->identity);
    if (watchdog->running.is != ANSWER_YES)
        return format(
            "the watchdog \"%s\" does not run although RuntimeWatchdogSec= is set, so the "
            "next system might not feed it either: " HANGS,
            watchdog->identity);
    if (watchdog->nowayout.is != ANSWER_NO)
        return format("the watchdog \"%s\" cannot be stopped any more (nowayout), not for a halt "
                      "either, so it is used only when watchdog = SECONDS says so: " HANGS,
                      watchdog->identity);
    if (facts->crypt.encrypted)
        return strdup("the root file system is encrypted, and nothing feeds a watchdog while its "
                      "initrd waits for a passphrase, so it is used only when watchdog = SECONDS "
                      "says so: " HANGS);
    if (watchdog->comes.is != ANSWER_YES)
        return format("the kernel to start has no module %s to take the watchdog over: " HANGS,
                      watchdog->kind->module);
    *ret_uncertain = false;
    return NULL;
}

int watchdog_decide(const struct facts *facts, struct watchdog_plan *ret_plan)
{
    bool no;

    *ret_plan = (struct watchdog_plan){.problem = why_useless(facts, &no)};
    if (!no && facts->config.watchdog == 0)
        ret_plan->problem = why_uncertain(facts, &no);
    if (no)
        return ret_plan->problem ? 0 : -ENOMEM;
    ret_plan->used = true;
    if (facts->watchdog.kept.is == ANSWER_YES) {
        ret_plan->seconds = seconds_of(&facts->config);
        return 0;
    }
    ret_plan->problem =
        strdup("the watchdog protects from the fast reboot after the next one on, as "
               "the running kernel was started without watchdog.stop_on_reboot=0. Put "
               "that into the boot loader's configuration to protect the first one too");
    return ret_plan->problem ? 0 : -ENOMEM;
}

void watchdog_plan_clear(struct watchdog_plan *plan)
{
    free(plan->problem);
    *plan = (struct watchdog_plan){0};
}

int reason_watchdog(const struct facts *facts, char **ret_text)
{
    CLEANUP(watchdog_plan_clear) struct watchdog_plan plan = {0};
    int r;

    if (facts->watchdog.error)
        return -facts->watchdog.error;
    r = watchdog_decide(facts, &plan);
    if (r < 0 || !plan.problem)
        return r;
    *ret_text = steal(&plan.problem);
    return 1;
}
