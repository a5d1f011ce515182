/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/death.h"

/* Searches the kernel's store, and systemd's archive of it, for the log of the kernel that attempt
 * `id` started, which has the mark on its command line; or else for the only panic or oops without
 * any mark that is not among `known`, see pstore_identities(). Without `known` (NULL) there is no
 * such search.
 * ret      gets backend, record, log, panicked and marked
 * ret_own  the paths of what has the mark and still is in the store, for names_free(); or NULL */
void last_words_find(int root, const char *id, char *const *known, struct death_signs *ret,
                     char ***ret_own);
