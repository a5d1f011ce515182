/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* GRUB's environment block: the file grubenv. */

#include "discover/loaders/grub/script/variables.h"

enum {
    GRUBENV_MAX = 64 * 1024, /* GRUB takes any size; grub-editenv makes 1024 bytes */
};

/* 0 with the variables for grub_env_clear(), or -EBADMSG when versions of GRUB may read it
 * differently. */
int grubenv_parse(const char *text, size_t length, struct grub_env *ret_env);
