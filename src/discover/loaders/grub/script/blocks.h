/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/grub/script/paths.h"

/* Whether `name` is a block list of one run of sectors: "512+1", or "(device)512+1". */
bool grub_is_blocks(const char *name);

/* Reads the sectors of that list; `device` is $root. Only those of the one disk of GRUB's own file
 * system are known. 0 with the data, or -ECANCELED with *ret_problem; the caller frees both. */
int grub_blocks_read(const struct grub_paths *paths, const char *device, const char *name,
                     char **ret_data, size_t *ret_length, char **ret_problem);
