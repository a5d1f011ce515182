/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether a boot loader can read the file at `path`: it cannot when that is in memory, on an
 * overlay or on another machine, and then it reads other files at the next boot. Why not, in words
 * for free(); or NULL, also when nothing is known of mounts. */
char *reach_problem(int root, const char *path);

/* Where the file system of the block device that the link `device` names is mounted, from its top
 * on, for free(); or NULL. */
char *reach_mount_point(int root, const char *device);

/* The block device that has the file system of `path`, "dev/sda2", for free(); NULL when that is
 * not known or not one device, as with btrfs. */
char *reach_device(int root, const char *path);
