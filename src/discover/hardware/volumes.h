/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* An encrypted volume as the device mapper has it open. */
struct volume {
    char *block;  /* its name below /sys/class/block: "dm-0" */
    char *name;   /* as its user named it: "cryptroot" */
    char *kind;   /* "LUKS2", "PLAIN", ...: from the device mapper's UUID */
    char *uuid;   /* of its header, with dashes, or "" */
    char *device; /* what it is on, the name below /dev: "sda3", or NULL where that is not one */
};

/* The volumes that have to be open before root file system and /usr can be mounted, found from
 * mountinfo down through partitions, LVM, md, btrfs and whatever else has slaves in /sys. Where a
 * file system does not say on which devices it is (ZFS, overlay, no mountinfo), all that there are.
 * 0 or a negative errno; for volumes_free() in any case. */
int volumes_of_root(int root, struct volume **ret_volumes, size_t *ret_n);
void volumes_free(struct volume *volumes, size_t n);
