/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/grub/menu.h"
#include "facts/facts.h"

struct grub_collector {
    const struct grub_paths *paths;
    struct boot_entries *entries;
    enum grub_escapes escapes;
};

/* For struct grub_walk: adds the entry, with the command line that its kernel would get. */
void grub_collect(void *collector, const struct grub_found *found);
