/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/grub/script/state.h"

/* Which GRUB may start this machine: GRUB_UPSTREAM, GRUB_FEDORA, or both if there is no evidence.
 * `directory` is GRUB's own. */
unsigned grub_flavours(int root, const char *directory);
