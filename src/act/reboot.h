/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Reboots that an administrator asks for. Where molly-guard(8) stands before the commands `reboot`
 * and `shutdown` they are asked for through these, so that it can ask over SSH for the host's name:
 * systemctl would bypass it. */

/* Asks for a reboot now, which is only queued when this returns. Without molly-guard one through
 * the firmware is not stopped by what inhibits a reboot. 0, the positive exit status of the command
 * that was run, or a negative errno. */
int reboot_now(int root, bool through_firmware);

/* Asks for a reboot at `time` (in microseconds since 1970, with molly-guard in the minute after
 * it), in place of one that is already scheduled. Returns as reboot_now(). */
int reboot_schedule(int root, int64_t time);
