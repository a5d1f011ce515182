/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/times.h"

/* Asks PID 1 when the steps of this boot were reached, by the clock as it is now, which services
 * took longest to start, and how long those that took longest to stop may take. `by_firmware`: this
 * boot came through the firmware; after a kexec PID 1 still knows of the one before. 0, or a
 * negative errno. */
int boot_times_read(bool by_firmware, struct reboot_times *times);
