/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/boot-entries.h"
#include "facts/config.h"

/* Finds the entry that the configuration names, or else the one that the loader would boot. Release
 * with boot_entries_clear(). */
void boot_entries_read(int root, const struct config *config, struct boot_entries *ret_entries);
