/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/grub/script/state.h"

/* Expands `list`; release the words with grub_words_clear(). 0, or -ECANCELED with run->problem. */
int grub_expand(struct grub_eval *eval, const struct grub_node *node, const struct grub_word *list,
                struct grub_words *ret_words);
