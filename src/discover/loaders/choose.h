/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/boot-entries.h"
#include "facts/config.h"
#include "facts/started.h"

/* Finds the entry that the configuration names, or else the one that the boot loader would start
 * next. Only the boot loader that started the machine counts, whatever else is on its disks.
 * Release with boot_entries_clear(). */
void boot_entries_read(int root, const struct config *config, const struct started *started,
                       struct boot_entries *ret_entries);
