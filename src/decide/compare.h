/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "decide/losses.h"
#include "facts/inventory.h"

/* Looks for everything of `before` in `now`: whether it is there, does its work, and is no worse.
 * Something new is no loss, nor is another name, place or driver; and nothing follows from what is
 * unknown in one of the two. Critical is what the machine itself uses: an interface that a route
 * leads over, or its default route; a disk, unless it is a virtual one that nothing is set up on,
 * which an orchestrator attaches and detaches. Release with losses_clear(). */
void compare(const struct inventory *before, const struct inventory *now,
             struct losses *ret_losses);

/* Only the devices of `before` that are not in `now`, none of them critical: PCI devices, disks and
 * network interfaces that do not come and go. */
void compare_devices(const struct inventory *before, const struct inventory *now,
                     struct losses *ret_losses);
