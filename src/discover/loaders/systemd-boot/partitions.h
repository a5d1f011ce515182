/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/systemd-boot/menu.h"

/* The partitions that systemd-boot reads: the EFI system partition that it was started from, and on
 * that disk the one with the partition type of XBOOTLDR. Other files at their usual places, and on
 * another EFI system partition, are out of its sight. */

enum partition_role {
    PARTITION_NONE,
    PARTITION_ESP,
    PARTITION_XBOOTLDR,
    PARTITION_UNSURE, /* nothing tells whether it is XBOOTLDR */
};

struct partition {
    const char *directory; /* where it is mounted */
    enum partition_role role;
};

/* Each of the places where one may be mounted. When the EFI system partition is not mounted there
 * that becomes the menu's problem. */
void partitions_read(int root, struct menu *menu, struct partition ret[MENU_MAX_PARTITIONS]);
