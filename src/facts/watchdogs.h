/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is known of watchdog drivers, from their sources. */

enum watchdog_life {
    WATCHDOG_SURVIVES, /* with watchdog.stop_on_reboot=0 it counts on over a kexec, and the driver
                        * in the next kernel stops it, or feeds it until somebody else does */
    WATCHDOG_PERHAPS,  /* the same, but its hardware may count less than what was asked for */
    WATCHDOG_DIES,     /* it is part of the kernel that ends */
};

struct watchdog_kind {
    const char *identity; /* as the driver calls it: /sys/class/watchdog/watchdog0/identity */
    const char *module;
    enum watchdog_life life;
};

/* NULL for one of which nothing is known. */
const struct watchdog_kind *watchdog_find_kind(const char *identity);
