/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/systemd-boot/menu.h"

/* The partitions that systemd-boot reads: the EFI system partition that it was started from, and on
 * the same disk the one with the partition type XBOOTLDR. It does not see other files in their
 * usual places, nor another EFI system partition. */

enum partition_role {
    PARTITION_NONE,
    PARTITION_ESP,
    PARTITION_XBOOTLDR,
    PARTITION_UNSURE, /* it is not known whether it is XBOOTLDR */
};

struct partition {
    const char *directory; /* where it is mounted */
    enum partition_role role;
};

/* Examines each place where one may be mounted. If the EFI system partition is not mounted there,
 * sets the menu's problem. */
void partitions_read(int root, struct menu *menu, struct partition ret[MENU_MAX_PARTITIONS]);

/* Whether `directory` is one of those places. */
bool partitions_has_place(const char *directory);
