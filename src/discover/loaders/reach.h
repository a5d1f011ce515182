/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether a boot loader can read the file at `path`: not if it is in memory, on an overlay or on
 * another machine; the boot loader would then read other files. Returns why not, in words, or NULL,
 * also if mounts are not known. The caller frees the text. */
char *reach_problem(int root, const char *path);

/* Where the file system of the block device that the link `device` names is mounted, from its top
 * on, for free(); or NULL. */
char *reach_mount_point(int root, const char *device);

/* The block device with the file system of `path`, "dev/sda2"; NULL if that is not known or not a
 * single device, as with btrfs. The caller frees the text. */
char *reach_device(int root, const char *path);
