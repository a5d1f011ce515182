/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/attempt.h"

/* At boot: what came of the last reboot. */

/* Judges the attempt of the last reboot, tells it, writes it down, and remembers a kernel that did
 * not come up. After a fast reboot the attempt stays until it is known whether everything is there
 * (checking.h), else it is taken away. 0 or a negative errno. */
int closing_close(int root);

/* Reads an attempt: 1, or 0 when there is none, or -ENOMEM. What is damaged is set aside as
 * "PATH.damaged", what is of another machine as "PATH.other-machine", and told. `path` is constant
 * and relative to the root. */
int closing_read(int root, const char *path, struct attempt *ret_attempt);

/* Writes how this boot came about, for `status`, and into the history; what does not work is told.
 */
void closing_record(int root, const struct boot_record *record);

/* Remembers that the kernel of this attempt did not come up well, so that it is not tried again;
 * what does not work is told. */
void closing_remember(int root, const struct attempt *attempt, const char *reason);

/* Forgets that `kernel` failed, as it was not to blame. With NULL, after a fast reboot that went
 * well: what failed before it does not say that it is the machine. What does not work is told. */
void closing_forgive(int root, const char *kernel);

/* Tells that `path` ("/...") is in trouble. */
void closing_trouble(const char *path, int error);
