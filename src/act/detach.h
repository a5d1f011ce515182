/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Detaches devices so that the next kernel finds them as the firmware would have left them: the
 * last thing before the jump, when nothing uses the devices any more. */

/* Told of each step: `priority` is one of syslog's. */
typedef void (*detach_tell)(int priority, const char *text);

/* Writes to /sys/bus/BUS/drivers/DRIVER/unbind for each line "BUS/drivers/DRIVER/DEVICE". */
void detach_devices(int root, const char *devices, detach_tell tell);

/* Unloads the modules whose names match the globs, and before each the modules that use it, except
 * those in `keep` (lines, or NULL). A module in use stays, and that is told. */
void detach_modules(int root, const char *globs, const char *keep, detach_tell tell);

/* For the above, and for tests: calls `unload` for each module in this order. Where that fails, the
 * modules that it uses stay. */
typedef int (*detach_unload)(void *data, const char *module);
void detach_order(int root, const char *globs, const char *keep, detach_unload unload, void *data,
                  detach_tell tell);
