/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* The SHA-256 of all that the open file `fd` holds, in hexadecimal, for free(); its offset is not
 * moved. -ETIME when it is not done by `deadline` (clock_uptime()), or another negative errno. */
int digest_file(int fd, int64_t deadline, char **ret_sha256);
