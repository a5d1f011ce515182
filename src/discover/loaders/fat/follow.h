/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/fat/fat.h"

/* Gives where the cluster *number is, and changes that to the number of the next, which need not
 * exist. False if the cluster does not exist. */
bool fat_follow(const struct fat *fat, uint32_t *number, uint64_t *ret_offset);
