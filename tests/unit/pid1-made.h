/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "tree.h"

#define PID1_PATH "/org/freedesktop/systemd1"

/* Starts a fake PID 1 made with sd-bus, a process that the caller ends and waits for: it takes one
 * connection, on a socket in the tree. `add` gives the bus what it answers; it may not return.
 * Gives the address for sd_bus_set_address(). */
pid_t pid1_begin(const struct tree *tree, void (*add)(sd_bus *bus), char address[128]);
