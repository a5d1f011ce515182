/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/systemd-boot/menu.h"

/* What systemd-boot is told about its menu. What is not known becomes the menu's problem. */

/* loader.conf of the partition that is mounted at `directory`: 1 when it is there, 0, or -ENOMEM.
 */
int systemd_boot_read_config(int root, struct menu *menu, const char *directory);

/* The EFI variables that bootctl sets for good, and those that its default needs. 0 or -ENOMEM. */
int systemd_boot_read_variables(int root, struct menu *menu);
