/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/crypt/luks-key.h"

/* Reads the header of LUKS2, or of LUKS1 with clevis' data after it, from an open device or file.
 * 0; -EBADMSG with *ret_problem if there is none, or it is damaged; or another negative errno.
 * Release with luks_keys_clear() in either case. */
int luks_keys_read(int fd, struct luks_keys *ret_keys, const char **ret_problem);
