/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/watchdogs.h"

#include "base/util.h"

/* All of these drivers stop the watchdog at a reboot by themselves (watchdog_stop_on_reboot(), or a
 * notifier in older kernels) unless the watchdog core is told otherwise. When they are loaded,
 * i6300esb and sp5100_tco stop a running timer; iTCO_wdt, hpwdt and wdat_wdt report it to the core,
 * which then feeds it. If the hardware's longest timeout is shorter than the one requested,
 * wdat_wdt lets the core feed it in between, and nothing does that between two kernels. */
static const struct watchdog_kind KINDS[] = {
    {"i6300ESB timer", "i6300esb", WATCHDOG_SURVIVES},
    {"iTCO_wdt", "iTCO_wdt", WATCHDOG_SURVIVES},
    {"SP5100 TCO timer", "sp5100_tco", WATCHDOG_SURVIVES},
    {"HPE iLO2+ HW Watchdog Timer", "hpwdt", WATCHDOG_SURVIVES},
    {"HP iLO2+ HW Watchdog Timer", "hpwdt", WATCHDOG_SURVIVES},
    {"wdat_wdt", "wdat_wdt", WATCHDOG_PERHAPS},
    {"Software Watchdog", "softdog", WATCHDOG_DIES},
};

const struct watchdog_kind *watchdog_find_kind(const char *identity)
{
    for (size_t i = 0; i < ELEMENTS(KINDS); i++)
        if (streq(KINDS[i].identity, identity))
            return &KINDS[i];
    return NULL;
}
