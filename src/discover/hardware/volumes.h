/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* An encrypted volume as the device mapper has it open. */
struct volume {
    char *block;  /* its name below /sys/class/block: "dm-0" */
    char *name;   /* as its user named it: "cryptroot" */
    char *kind;   /* "LUKS2", "PLAIN", ...: from the device mapper's UUID */
    char *uuid;   /* of its header, with dashes, or "" */
    char *device; /* the name below /dev of what it is on: "sda3"; NULL where that is not one */
    char *needed; /* what the boot mounts from it: "the root file system", "/srv"; or NULL */
    bool root;    /* that is the root file system, or /usr */
};

/* All volumes. Needed are those that the root file system and /usr are on, and file systems without
 * which the boot stops: fstab's unless they have nofail, and those that systemd finds by the type
 * of their partition. Where one does not say on which devices it is (ZFS, overlay, no mountinfo),
 * it may be on any. 0 or a negative errno; release with volumes_free() in any case. */
int volumes_read(int root, struct volume **ret_volumes, size_t *ret_n);
void volumes_free(struct volume *volumes, size_t n);
