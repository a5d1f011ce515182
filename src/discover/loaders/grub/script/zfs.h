/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* GRUB finds a pool of ZFS by its GUID in hexadecimal, and calls a file in it "/DATASET@/path": the
 * name of the dataset is without that of the pool. */

#include "base/mounts.h"

/* The name of the pool with this GUID, for free(); NULL if there is none, or, with *ret_problem set
 * for free(), if it cannot be known whether that is the one that is imported. */
char *grub_pool_name(int root, const char *guid, char **ret_problem);

/* The name of the pool that is mounted there, for free(). */
char *grub_pool_of(const struct mount_point *mount);

/* The mount of the dataset in GRUB's name of a file in `pool`, and in *ret_path the path in the
 * dataset; or NULL. */
const struct mount_point *grub_dataset(const struct mount_point *mounts, size_t n, const char *pool,
                                       const char *name, const char **ret_path);

/* GRUB's name of a path in the dataset that is mounted there, for free(). */
char *grub_dataset_path(const struct mount_point *mount, const char *path);
