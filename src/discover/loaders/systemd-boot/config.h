/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/systemd-boot/menu.h"

/* The settings of systemd-boot's menu. A setting that is not supported sets the menu's problem. */

/* Reads loader.conf of the partition that is mounted at `directory`. Returns whether it exists. */
bool systemd_boot_read_config(int root, struct menu *menu, const char *directory);

/* Reads the EFI variables that bootctl sets permanently, and those that its default refers to. */
void systemd_boot_read_variables(int root, struct menu *menu);
