/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/logind.h"

#include <systemd/sd-bus.h>

#include "base/util.h"

enum {
    CALL_TIMEOUT = 5 * 1000000, /* microseconds */
};

#define AUTOBUS CLEANUP(sd_bus_close_unrefp)
#define AUTOMESSAGE CLEANUP(sd_bus_message_unrefp)

/* Adds who is in the way: an array of (what, who, why, mode, user, process). */
static int find_inhibitors(sd_bus_message *list, char **ret_who)
{
    const char *what, *who, *why, *mode;
    int r = sd_bus_message_enter_container(list, 'a', "(ssssuu)");

    while (r >= 0) {
        r = sd_bus_message_read(list, "(ssssuu)", &what, &who, &why, &mode, NULL, NULL);
        if (r <= 0)
            break;
        if (strstr(what, "shutdown") && after_prefix(mode, "block")) {
            AUTOFREE char *text = format("%s (%s)", who, why);

            append_text(ret_who, ", ", text);
        }
    }
    return r < 0 ? r : *ret_who != NULL;
}

/* logind is on the system bus only. */
static int open_logind(sd_bus **ret_bus)
{
    int r = sd_bus_open_system(ret_bus);

    return r < 0 ? r : sd_bus_set_method_call_timeout(*ret_bus, CALL_TIMEOUT);
}

#define LOGIND "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"

int logind_inhibited(char **ret_who)
{
    AUTOBUS sd_bus *bus = NULL;
    AUTOMESSAGE sd_bus_message *reply = NULL;
    int r = open_logind(&bus);

    *ret_who = NULL;
    if (r >= 0)
        r = sd_bus_call_method(bus, LOGIND, "ListInhibitors", NULL, &reply, NULL);
    return r < 0 ? r : find_inhibitors(reply, ret_who);
}

int logind_schedule_reboot(uint64_t time)
{
    AUTOBUS sd_bus *bus = NULL;
    int r = open_logind(&bus);

    if (r >= 0) /* otherwise it tells nobody; a reboot that nobody is told of is still one */
        (void)sd_bus_call_method(bus, LOGIND, "SetWallMessage", NULL, NULL, "sb", "", true);
    if (r >= 0)
        r = sd_bus_call_method(bus, LOGIND, "ScheduleShutdown", NULL, NULL, "st", "reboot", time);
    return r < 0 ? r : 0;
}

int logind_cancel_scheduled(void)
{
    AUTOBUS sd_bus *bus = NULL;
    AUTOMESSAGE sd_bus_message *reply = NULL;
    int cancelled = 0, r = open_logind(&bus);

    if (r >= 0)
        r = sd_bus_call_method(bus, LOGIND, "CancelScheduledShutdown", NULL, &reply, NULL);
    if (r >= 0)
        r = sd_bus_message_read(reply, "b", &cancelled);
    return r < 0 ? r : cancelled;
}
