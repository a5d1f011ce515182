/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/grub/script/state.h"

/* Whether GRUB may match the word against files: a path with * or ?, which \ does not escape. */
bool grub_is_wildcard(const char *word);

/* What GRUB makes of such a word. Returns 0 with the file that matches it, or NULL if none does, so
 * that the word stays as it is; -ECANCELED with *ret_problem if only GRUB knows. The caller frees
 * the texts. */
int grub_wildcard(const struct grub_eval *eval, const char *word, char **ret_name,
                  char **ret_problem);
