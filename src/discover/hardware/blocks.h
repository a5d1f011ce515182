/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "base/mounts.h"

/* The way from file systems down to disks: through partitions, LVM, md, multipath, encryption,
 * btrfs and whatever else has slaves in /sys. */

struct block {
    char *name; /* below /sys/class/block: "dm-0" */
    char *path; /* in /sys, relative to the root directory and without links */
    bool disk;  /* there is no other block device below it */
};

struct blocks {
    struct block *all; /* each once, from the top down */
    size_t n;
    struct map paths;
    size_t links;    /* followed so far */
    size_t followed; /* devices of all[] */
    bool unknown;    /* a file system does not say on which devices it is, such as ZFS or one of the
                      * network, or one is on a file */
};

/* Add what a file system is on, and what one device or all devices are. 0, or a negative errno:
 * -E2BIG when there are more than can be. Start with {0} and release with blocks_clear(). */
int blocks_add_mount(int root, struct blocks *blocks, const struct mount_point *mount);
int blocks_add_all(int root, struct blocks *blocks);

/* Adds all that is below those that were added since the last call, down to the disks. 0 or a
 * negative errno. */
int blocks_follow(int root, struct blocks *blocks);
void blocks_clear(struct blocks *blocks);
