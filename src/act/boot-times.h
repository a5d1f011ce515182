/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/times.h"

/* Asks PID 1 when the steps of this boot were reached, from the kernel's start on, by the clock as
 * it is now. 0, or a negative errno. */
int boot_times_read(struct reboot_times *times);
