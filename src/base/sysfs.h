/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Small files below a directory of /sys or /proc, relative to the root directory. Devices, kernels
 * and versions differ in what they have, and a device may go while it is read: a file that is not
 * there is no error. All give 1 when it is there, 0 when not, or a negative errno. Texts are NULL
 * unless 1 is given, and for free(). */

enum {
    SYSFS_LINE = 8192, /* the longest line; -EFBIG for more */
    SYSFS_NAMES = 32768,
};

/* The line in a file. */
int sysfs_line(int root, const char *directory, const char *name, char **ret_line);

/* The decimal number in a file; 0 also where something else is in it. */
int sysfs_number(int root, const char *directory, const char *name, long *ret_number);

/* Where a link points; and the last part of that alone, such as the name of a driver. */
int sysfs_link(int root, const char *directory, const char *name, char **ret_target);
int sysfs_link_name(int root, const char *directory, const char *name, char **ret_name);

/* What a link leads to, without links and relative to the root directory. */
int sysfs_resolve(int root, const char *directory, const char *name, char **ret_path);

/* Whether there is anything of that name. */
int sysfs_has(int root, const char *directory, const char *name);

/* Calls `look` with the path of everything in `directory`, in order of their names, until one
 * returns something other than 0, and returns that. 0 as well where there is no such directory. */
typedef int (*sysfs_look)(int root, const char *path, void *data);
int sysfs_walk(int root, const char *directory, sysfs_look look, void *data);
