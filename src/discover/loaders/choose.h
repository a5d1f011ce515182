/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/boot-entries.h"
#include "facts/config.h"

/* Finds the entry that the configuration asks for or else the loader would boot. 0 or -ENOMEM. */
int boot_entries_read(int root, const struct config *config, struct boot_entries *ret_entries);
