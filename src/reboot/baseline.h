/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/answer.h"
#include "facts/inventory.h"

/* What the machine had at the last boot through the firmware. A device that died since, and that
 * only a reset by the firmware could bring back, is not missed after a fast reboot: it was missing
 * before. */

/* Writes down what the machine has now. What cannot be written is told. */
void baseline_write(int root);

/* Which disks, network interfaces and other devices were there, and are not in `now`. */
void baseline_compare(int root, const struct inventory *now, struct answer *ret_lost);

/* Whether there is something to compare with, or that cannot be known. */
bool baseline_exists(int root);
