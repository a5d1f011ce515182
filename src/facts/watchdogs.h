/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Known facts about watchdog drivers, from their sources. */

enum watchdog_life {
    WATCHDOG_SURVIVES, /* with watchdog.stop_on_reboot=0 it keeps counting over a kexec, and the
                          driver in the next kernel stops it, or feeds it until a program does */
    WATCHDOG_PERHAPS,  /* likewise, but its hardware may count for less time than requested */
    WATCHDOG_DIES,     /* it is part of the kernel that ends */
};

struct watchdog_kind {
    const char *identity; /* the driver's name for it: /sys/class/watchdog/watchdog0/identity */
    const char *module;
    enum watchdog_life life;
};

/* NULL if nothing is known about it. */
const struct watchdog_kind *watchdog_find_kind(const char *identity);
