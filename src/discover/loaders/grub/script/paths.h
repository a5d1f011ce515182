/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds the files that GRUB names. Its paths start at the root of a file system, not at /. */

#include <stdbool.h>
#include <stddef.h>

#include "base/mounts.h"
#include "base/util.h"

struct grub_paths {
    int root;
    char *directory; /* of grub.cfg: "/boot/grub" */
    char *inside;    /* GRUB's path to it: "/grub" if /boot is a file system */
    struct mount_point
        *mounts; /* in the order of mountinfo; none in a recorded machine without it */
    size_t n;
    char *pool;                     /* of ZFS that it is in, or NULL */
    const struct mount_point *home; /* of that directory; NULL without mounts */
    char *base;         /* where in that file system GRUB's paths start; NULL: at its top */
    const char *device; /* of the file system with that directory; NULL without mounts */
};

/* 0 or a negative errno. */
int grub_paths_read(int root, const char *directory, struct grub_paths *ret_paths);
void grub_paths_clear(struct grub_paths *paths);

/* From now on, paths on the file system of `home` start at the root of that mount. */
void grub_paths_start_at(struct grub_paths *paths, const struct mount_point *home);

/* Finds the file that GRUB calls `name`, either "/path" or "(device)/path"; `device` is $root. 0
 * with the path below the root, where the file may be missing if mounts are known; 1 and the path,
 * if GRUB finds this file or none; -ENOENT if no mounts are known and the file is nowhere;
 * -ECANCELED if it cannot be known. All but 0 set *ret_problem. The caller frees the texts. */
int grub_paths_map(const struct grub_paths *paths, const char *device, const char *name,
                   char **ret_path, char **ret_problem);
