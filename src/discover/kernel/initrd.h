/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* Looks whether the kernel could unpack the initrd in the bytes from `start` to `end` of the open
 * file `fd`, without unpacking it: whether each archive in it has a format that the kernel knows,
 * and ends where it should. A format that does not tell its length is looked at from both ends.
 * 0, and in *ret_problem what is wrong with it, for free(), or NULL; or a negative errno. */
int initrd_check(int fd, uint64_t start, uint64_t end, char **ret_problem);
