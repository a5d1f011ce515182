/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* GRUB's environment block: the file grubenv. */

#include "discover/loaders/grub/script/variables.h"

enum {
    GRUBENV_MAX = 64 * 1024, /* GRUB accepts any size; grub-editenv creates 1024 bytes */
};

/* 0 with the variables, to be released with grub_env_clear(); -EBADMSG if versions of GRUB may read
 * them differently. */
int grubenv_parse(const char *text, size_t length, struct grub_env *ret_env);
