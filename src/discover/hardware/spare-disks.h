/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Disks that can be detached before the jump: nothing that the end of the shutdown needs is on
 * them, and nothing uses them. */

/* Puts into *list, which is NULL, the devices that a driver named by the globs `drivers` drives, as
 * "BUS/drivers/DRIVER/DEVICE" of /sys/bus, but for those that the root file system, /usr, /var,
 * /boot, the partition of EFI or a swap is on. None where that is not known: then *ret_problem,
 * else NULL, says so in words. 0 or a negative errno. */
int spare_disks_add(int root, const char *drivers, char **list, const char **ret_problem);

/* At the end of the shutdown: takes out of *list, which may be NULL, the devices with a disk that
 * something still uses: a file system, an array, LVM, ZFS, or a program. `why`, for free(), says of
 * those in words what uses them, or NULL. */
void spare_disks_leave_used(int root, char **list, char **ret_why);
