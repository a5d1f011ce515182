/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/started.h"

/* The last boot through the firmware: from the kernel that it started, or after a fast reboot from
 * what was carried over it. ->known is false when nothing was. */
void firmware_boot_read(int root, struct firmware_boot *ret_boot);

/* Which boot loader started this machine. Files on the disk are no proof: it may have been started
 * from the network, by a hypervisor, or by a loader that reads other files. Release with
 * started_clear(). */
void started_read(int root, struct started *ret_started);
