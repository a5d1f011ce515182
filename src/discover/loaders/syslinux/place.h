/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "base/mounts.h"

/* Where Syslinux is installed, and how it names files: by their path on the one file system that it
 * reads. */

struct syslinux_place {
    int root;
    char *home;    /* the directory with ldlinux.sys, "/boot/extlinux" */
    char *current; /* on the file system: the directory for relative names */
    struct mount_point *mounts;
    size_t n;
    const struct mount_point *mount; /* of the file system */
};

/* Finds the directory with ldlinux.sys. Returns NULL, or why it is not known, which the caller
 * frees. Release with syslinux_place_clear() in either case. */
char *syslinux_place_find(int root, struct syslinux_place *ret_place);
void syslinux_place_clear(struct syslinux_place *place);

/* Finds the configuration that Syslinux reads, and sets ->current. Returns its path, or NULL with
 * *ret_problem. The caller frees both. */
char *syslinux_place_config(struct syslinux_place *place, char **ret_problem);

/* Returns the path below the root of the file that Syslinux calls `name`, which may be missing, or
 * NULL with *ret_problem. The caller frees both. */
char *syslinux_place_map(const struct syslinux_place *place, const char *name, char **ret_problem);
