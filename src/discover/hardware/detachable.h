/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* What of a machine may be detached before the jump. */

/* Adds to *list, a line each, the devices that a driver named by the globs `drivers` drives, as
 * "BUS/drivers/DRIVER/DEVICE" of /sys/bus; with `modaliases` (or NULL) only those that match them.
 * 0 or a negative errno. */
int detachable_add(int root, const char *drivers, const char *modaliases, char **list);

/* Takes out of facts->unbind what the root file system is on, which systemd still needs, and lists
 * in facts->keep the modules that drive it. Where it is not known what the root file system is on,
 * or it is on the network, nothing at all is detached, and facts->applied says so. 0 or a negative
 * errno. */
int detachable_spare(int root, struct quirk_facts *facts);
