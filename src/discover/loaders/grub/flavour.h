/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/grub/script/eval.h"

/* Which GRUBs may be the one that starts this machine: GRUB_UPSTREAM, GRUB_FEDORA, or both of them
 * where nothing tells. `directory` is GRUB's own. 0 or -ENOMEM. */
int grub_flavours(int root, const char *directory, unsigned *ret_flavours);
