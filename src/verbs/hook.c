/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/hook.h"
#include "act/deadline.h"
#include "act/journal.h"
#include "base/clock.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/system/config.h"
#include "reboot/hook.h"
#include "verbs/verb.h"

/* Whatever it does, the reboot comes: the health check only waits for this unit to end. */
static int run(const struct call *call)
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
    .run = run,
};
