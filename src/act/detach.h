/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Detaches devices so that the next kernel finds them as the firmware would have left them. This is
 * the last step before the jump, when nothing uses the devices any more. */

/* Reports each step; `priority` is a syslog priority. */
typedef void (*detach_tell)(int priority, const char *text);
void detach_say(detach_tell tell, int priority, const char *pattern, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether `line` is "BUS/drivers/DRIVER/DEVICE": with anything else another file would be written
 * to. */
bool detach_is_device(const char *line);

/* Takes a device of /sys from its driver, "BUS/drivers/DRIVER", and waits until the driver has let
 * go. 0 or a negative errno: -ENODEV if it has no driver any more. */
int detach_unbind(int root, const char *driver, const char *device);

/* Writes to /sys/bus/BUS/drivers/DRIVER/unbind for each line "BUS/drivers/DRIVER/DEVICE". */
void detach_devices(int root, const char *devices, detach_tell tell);

/* Unloads the modules whose names match `globs`, and before each of them the modules that use it,
 * except those in `keep` (one per line, or NULL). A module in use stays loaded, which is
 * reported. */
void detach_modules(int root, const char *globs, const char *keep, detach_tell tell);

/* The implementation, also for tests: calls `unload` for each module in that order. If it fails,
 * the modules that this one uses stay loaded, too. */
typedef int (*detach_unload)(void *data, const char *module);
void detach_order(int root, const char *globs, const char *keep, detach_unload unload, void *data,
                  detach_tell tell);
