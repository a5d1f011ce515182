/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/systemd-boot/menu.h"

/* The settings of systemd-boot's menu. One that is not supported becomes the menu's problem. */

/* loader.conf of the partition that is mounted at `directory`: whether there is one. */
bool systemd_boot_read_config(int root, struct menu *menu, const char *directory);

/* The EFI variables that bootctl sets for good, and those that its default refers to. */
void systemd_boot_read_variables(int root, struct menu *menu);
