/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "base/mounts.h"

/* Where Syslinux is installed, and how it names files: by their path on the one file system that it
 * reads. */

struct syslinux_place {
    int root;
    char *home;    /* the directory with ldlinux.sys, "/boot/extlinux" */
    char *current; /* on the file system: where relative names start */
    struct mount_point *mounts;
    size_t n;
    const struct mount_point *mount; /* of the file system */
};

/* Finds the directory with ldlinux.sys. NULL, or for free() why it is not known. Release with
 * syslinux_place_clear() in any case. */
char *syslinux_place_find(int root, struct syslinux_place *ret_place);
void syslinux_place_clear(struct syslinux_place *place);

/* The configuration that Syslinux reads, for free(), and sets ->current; or NULL and *ret_problem,
 * for free(). */
char *syslinux_place_config(struct syslinux_place *place, char **ret_problem);

/* The path below the root of what Syslinux finds by `name`, for free(); the file may be missing. Or
 * NULL and *ret_problem, for free(). */
char *syslinux_place_map(const struct syslinux_place *place, const char *name, char **ret_problem);
