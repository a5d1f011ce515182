/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A line of /proc/self/mountinfo. */
struct mount_point {
    char *device; /* "8:2" */
    char *root;   /* of the mount, inside of the file system */
    char *point;
    char *source; /* "/dev/sda2" */
    bool btrfs;
};

/* What is mounted, in the order of mountinfo: a later one hides an earlier one at the same point.
 * None without that file, as in a recorded tree. 0 or a negative errno; for mounts_free() in any
 * case. */
int mounts_read(int root, struct mount_point **ret_mounts, size_t *ret_n);
void mounts_free(struct mount_point *mounts, size_t n);
