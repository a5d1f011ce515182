/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "act/detach.h"

/* Detaches disks at the same time. A kernel shuts down one device after the other, and an NVMe disk
 * may take some seconds: so many disks take so many times as long. */

/* For each line "BUS/drivers/DRIVER/DEVICE" a process of its own detaches the device. Waits until
 * all have ended, at most `limit` microseconds: a driver that hangs cannot be ended, and is
 * reported and left behind. Gives how many were detached. */
unsigned together_detach(int root, const char *devices, int64_t limit, detach_tell tell);

/* The implementation, also for tests: `unbind` runs in each of the processes, and gives 0 or a
 * negative errno. */
typedef int (*together_unbind)(int root, const char *driver, const char *device);
unsigned together_run(int root, const char *devices, int64_t limit, together_unbind unbind,
                      detach_tell tell);
