/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

enum {
    BTRFS_TOP = 5, /* the id of the subvolume that holds all others */
};

/* The id of the default subvolume of the btrfs on the device `fd`, as its last commit says. The
 * kernel tells it only to those with CAP_SYS_ADMIN. 0; -EBADMSG if that is not a btrfs, is damaged,
 * or has changed while it was read; -EOPNOTSUPP if what is needed is not on this device alone; or
 * another negative errno. */
int btrfs_default_subvolume(int fd, uint64_t *ret_id);
