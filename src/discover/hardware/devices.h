/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"

/* The devices that a machine cannot be reached or used without: the disks of the root file system
 * and the interfaces of the default routes, through bonds and bridges; with all that they are
 * attached to, such as the controller of a disk. */

struct device {
    char *path;   /* in /sys/devices, relative to the root directory and without links */
    char *needed; /* what for, in words: "the root file system" */
};

struct devices {
    struct device *all; /* each once */
    size_t n;
    struct map paths;
};

/* 0, or a negative errno for what could not be read, -E2BIG for more routes than are looked at;
 * what is there no way to is left out. Release with devices_clear() in any case. */
int devices_read(int root, struct devices *ret);

/* Only those of the root file system: none where it is not on disks of this machine, as with one on
 * the network, or where that is not known. */
int devices_of_root(int root, struct devices *ret);
void devices_clear(struct devices *devices);

/* Whether one of them is the device at `path`, which has no links in it, or is attached to it. */
bool devices_need(const struct devices *devices, const char *path);
