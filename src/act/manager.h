/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-bus.h>

#include "base/util.h"

/* The connection to PID 1 that systemd.h and boot-times.h ask over. */

#define AUTOBUS CLEANUP(sd_bus_close_unrefp)
#define AUTOMESSAGE CLEANUP(sd_bus_message_unrefp)
#define MANAGER "org.freedesktop.systemd1.Manager"
#define MANAGER_PATH "/org/freedesktop/systemd1"

/* Opens PID 1's private socket; calls over it take five seconds at most. 0 or a negative errno. */
int manager_open(sd_bus **ret_bus);

/* Calls a method of the manager that takes no arguments. There is no bus behind the private socket,
 * so there is no destination name. 0 or more, or a negative errno. */
int manager_call(sd_bus *bus, const char *method, sd_bus_message **ret_reply);
