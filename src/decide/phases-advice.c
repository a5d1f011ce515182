/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What of the time of a reboot is the administrator's to change, with the setting. */

#include <inttypes.h>

#include "base/util.h"
#include "decide/phases.h"

/* What takes less is not worth the administrator's time. */
static const int64_t SLOW_STOP = 3000000, SLOW_START = 5000000, SLOW_NETWORK = 2000000,
                     SLOW_KERNEL = 3000000;

struct advice {
    char **all;
    size_t n;
};

static void add(struct advice *advice, char *text)
{
    advice->all = xreallocarray(advice->all, advice->n + 2, sizeof(*advice->all));
    advice->all[advice->n++] = text;
    advice->all[advice->n] = NULL;
}

/* "90.0 s" */
static char *seconds(int64_t microseconds)
{
    return format("%" PRId64 ".%" PRId64 " s", microseconds / 1000000,
                  microseconds % 1000000 / 100000);
}

/* Whether it was killed in the end: systemd waits that long. */
static bool was_killed(const struct slow_service *service)
{
    return service->limit && service->duration >= service->limit;
}

static void advise_stop(const struct slow_service *service, struct advice *advice)
{
    AUTOFREE char *time = seconds(service->duration), *limit = seconds(service->limit);

    if (service->duration < SLOW_STOP)
        return;
    if (was_killed(service))
        add(advice, format("%s did not stop within its TimeoutStopSec= of %s and was killed. "
                           "`systemctl edit %s` can set a shorter one.",
                           service->unit, limit, service->unit));
    else if (service->limit)
        add(advice, format("%s took %s to stop. TimeoutStopSec= (now %s) limits that: "
                           "`systemctl edit %s`.",
                           service->unit, time, limit, service->unit));
    else
        add(advice, format("%s took %s to stop. TimeoutStopSec= limits that: `systemctl edit %s`.",
                           service->unit, time, service->unit));
}

static bool waits_for_network(const char *unit)
{
    static const char *const WAITING[] = {"systemd-networkd-wait-online",
                                          "NetworkManager-wait-online", "ifupdown-wait-online"};

    for (size_t i = 0; i < ELEMENTS(WAITING); i++)
        if (after_prefix(unit, WAITING[i]))
            return true;
    return false;
}

static void advise_start(const struct slow_service *service, struct advice *advice)
{
    AUTOFREE char *time = seconds(service->duration);
    const char *unit = service->unit;

    if (waits_for_network(unit) && service->failed)
        add(advice, format("%s waited %s for a network that did not come up. Let it wait only for "
                           "the interfaces that are used (`systemctl edit %s`), or disable it.",
                           unit, time, unit));
    else if (waits_for_network(unit) && service->duration >= SLOW_NETWORK)
        add(advice, format("%s waited %s for the network. Let it wait only for the interfaces that "
                           "are used (`systemctl edit %s`), or disable it if no service needs it.",
                           unit, time, unit));
    else if (service->duration >= SLOW_START)
        add(advice,
            format("%s took %s to start. `systemd-analyze critical-chain` shows whether the "
                   "boot waited for it.",
                   unit, time));
}

char **phases_advice(const struct reboot_times *times, const struct phases *phases)
{
    struct advice advice = {0};

    for (size_t i = 0; i < times->stopping.n; i++)
        advise_stop(&times->stopping.all[i], &advice);
    for (size_t i = 0; times->console && i < phases->n; i++)
        if (phases->all[i].kind == PHASE_KERNEL && phases->all[i].duration >= SLOW_KERNEL)
            add(&advice, format("The kernel wrote all its messages to the serial console %s, which "
                                "is slow: \"quiet\" on its command line prevents that.",
                                times->console));
    for (size_t i = 0; i < times->starting.n; i++)
        advise_start(&times->starting.all[i], &advice);
    return advice.all;
}
