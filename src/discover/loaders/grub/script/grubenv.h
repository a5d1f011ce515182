/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* GRUB's environment block: the file grubenv. */

#include "discover/loaders/grub/script/variables.h"

enum {
    GRUBENV_MAX = 64 * 1024, /* GRUB accepts any size; grub-editenv creates 1024 bytes */
};

/* 1 with the variables that GRUB reads, to be released with grub_env_clear(); 0 without GRUB's
 * signature, so that it refuses the file; -EBADMSG if there is too much in it, or a byte that no
 * text has. */
int grubenv_parse(const char *text, size_t length, struct grub_env *ret_env);
