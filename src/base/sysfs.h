/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Small files below a directory of /sys or /proc, relative to the root directory. Devices, kernels
 * and versions differ in which files they have, and a device may disappear while it is read: a
 * missing file is not an error. All functions return 1 if the file exists, 0 if not, or a negative
 * errno. Texts are NULL unless 1 is returned; the caller frees them. */

enum {
    SYSFS_LINE = 8192, /* the longest line; -EFBIG if it is longer */
    SYSFS_NAMES = 32768,
};

/* The line in a file. */
int sysfs_line(int root, const char *directory, const char *name, char **ret_line);

/* The decimal number in a file; 0 also if it holds something else. */
int sysfs_number(int root, const char *directory, const char *name, long *ret_number);

/* The target of a link, and just the last component of it, such as the name of a driver. */
int sysfs_link(int root, const char *directory, const char *name, char **ret_target);
int sysfs_link_name(int root, const char *directory, const char *name, char **ret_name);

/* What a link leads to, resolved and relative to the root directory. */
int sysfs_resolve(int root, const char *directory, const char *name, char **ret_path);

/* Whether the name exists. */
int sysfs_has(int root, const char *directory, const char *name);

/* Calls `look` with the path of each entry of `directory`, sorted by name, until one returns
 * something other than 0, and returns that. Returns 0 if the directory does not exist. */
typedef int (*sysfs_look)(int root, const char *path, void *data);
int sysfs_walk(int root, const char *directory, sysfs_look look, void *data);
