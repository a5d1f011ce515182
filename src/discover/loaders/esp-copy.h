/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "discover/loaders/fat/fat.h"

/* A partition that is not mounted (FAT32), as a boot loader sees it: a temporary tree of files in
 * which it is mounted at /boot. Configurations have their content there, other files only their
 * size. Nothing is mounted, so nothing that mounts the partition is in the way of it. */
struct esp_copy {
    int root; /* of the tree */
    char *uuid;
    int device;
    struct fat fat;
    struct fat_file *files;
    size_t n;
    char *directory; /* the tree */
    char **made;     /* what is in it, a directory before what is in that */
    size_t n_made;
};

/* Makes the tree for the partition with this UUID of FAT, which has the PARTUUID `partition` (NULL
 * if that does not matter), and adds what the boot loader gets from the firmware. 0; -ENOENT if the
 * partition is not there; or another negative errno. Sets *ret_problem, for free(), unless it is 0.
 * Remove the tree with esp_copy_remove(). */
int esp_copy_make(int root, const char *uuid, const char *partition, struct esp_copy *ret_copy,
                  char **ret_problem);
void esp_copy_remove(struct esp_copy *copy);

/* Whether the file `path` of the tree, such as "/boot/vmlinuz", has on the partition the content
 * that `real` has below `root`. 1, 0 (also if one of them is missing), or a negative errno. */
int esp_copy_is_same(const struct esp_copy *copy, const char *path, int root, const char *real);
