/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* At boot: what came of the last reboot. */

/* Judges the attempt of the last reboot, tells it, writes it down, and remembers a kernel that did
 * not come up. After a fast reboot the attempt stays until it is known whether everything is there
 * (reboot/health.h), else it is removed. Called again in the same boot it does nothing but take up
 * what a program that was killed has left undone. 0 or a negative errno. */
int arrival_judge(int root);

/* Adds to that, once, what could not be known yet: that a watchdog reset the machine, whose driver
 * was loaded since. What cannot be written is told. */
void arrival_complete(int root);
