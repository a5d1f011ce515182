/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A line of mountinfo. */
struct mount_point {
    char *device; /* "8:2" */
    char *root;   /* root of the mount within the file system */
    char *point;
    char *flags;   /* of this mount, "rw,nosuid,noexec" */
    char *source;  /* "/dev/sda2" */
    char *type;    /* "ext4" */
    char *options; /* of the file system, "rw,lowerdir=/a" */
};

/* The mounts that this process sees, readable by any user. A service may have its own mounts. */
#define MOUNTS_OF_SELF "proc/self/mountinfo"
#define MOUNTS_OF_PID_1 "proc/1/mountinfo"

/* Reads the mounts in the order of the file: a later mount hides an earlier one at the same point.
 * A missing file, as in a recorded machine, means no mounts. 0 or a negative errno; release with
 * mounts_free() in either case. */
int mounts_read(int root, const char *file, struct mount_point **ret_mounts, size_t *ret_n);
void mounts_free(struct mount_point *mounts, size_t n);

/* The mount that is visible at `point`, or NULL. */
const struct mount_point *mounts_at(const struct mount_point *mounts, size_t n, const char *point);

/* The mount that holds `path`, which must be absolute and without links: of several at one point
 * the last; or NULL. */
const struct mount_point *mounts_of(const struct mount_point *mounts, size_t n, const char *path);

/* Whether the comma-separated options of fstab or crypttab include `option`. */
bool mounts_has_option(const char *options, const char *option);

/* Decodes a field of mountinfo or fstab, which writes blanks and backslashes in octal. The caller
 * frees the text. */
char *mounts_unescape(const char *field);
