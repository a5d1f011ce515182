/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A line of mountinfo. */
struct mount_point {
    char *device; /* "8:2" */
    char *root;   /* of the mount, inside of the file system */
    char *point;
    char *source; /* "/dev/sda2" */
    char *type;   /* "ext4" */
};

/* What this process sees, which any user may read; a service may have mounts of its own. */
#define MOUNTS_OF_SELF "proc/self/mountinfo"
#define MOUNTS_OF_PID_1 "proc/1/mountinfo"

/* What is mounted, in the order of the file: a later mount hides an earlier one at the same point.
 * None without that file, as in a recorded tree. 0 or a negative errno; release with mounts_free()
 * in any case. */
int mounts_read(int root, const char *file, struct mount_point **ret_mounts, size_t *ret_n);
void mounts_free(struct mount_point *mounts, size_t n);

/* The one that is seen at `point`, or NULL. */
const struct mount_point *mounts_at(const struct mount_point *mounts, size_t n, const char *point);

/* Whether `option` is one of the options of fstab or crypttab, which commas separate. */
bool mounts_has_option(const char *options, const char *option);

/* A field of mountinfo or fstab, where blanks and backslashes are octal; for free(). */
char *mounts_unescape(const char *field);
