/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/crypt/luks-key.h"

/* As luks_keys_read(), for a LUKS1 header. `keys` must be empty. */
int luks1_keys_read(int fd, struct luks_keys *keys, const char **ret_problem);
