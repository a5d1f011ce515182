/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* An encrypted volume as the device mapper has it open. */
struct volume {
    char *block; /* its name below /sys/class/block: "dm-0" */
    char *name;  /* as its user named it: "cryptroot" */
    char *kind;  /* "LUKS2", "PLAIN", ...: from the device mapper's UUID */
    char *uuid;  /* of its header, with dashes, or "" */
    char
        *device; /* what it is on, the name below /dev: "sda3"; NULL where that is not one device */
};

/* The volumes that the root file system and /usr are on; all that there are where a file system
 * does not say on which devices it is (ZFS, overlay, no mountinfo). 0 or a negative errno; release
 * with volumes_free() in any case. */
int volumes_of_root(int root, struct volume **ret_volumes, size_t *ret_n);
void volumes_free(struct volume *volumes, size_t n);
