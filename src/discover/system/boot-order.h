/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/answer.h"

/* Whether the firmware would now start something else than it did: another boot entry comes first,
 * or the one that started this machine was removed. Entries for the network that stood before it
 * all the time are no such sign: servers try the network first, and go on to the disk. */
struct answer boot_order_changed(int root);
