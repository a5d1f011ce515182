/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "act/unlock/secret.h"
#include "facts/facts.h"

/* The archive behind the initrd that unlocks these volumes, each with its key, as `facts` say what
 * is in the initrd; nothing in it replaces a file of the initrd. The volumes are those without a
 * problem, so their names need no quoting. Release with secret_clear(). */
void unlock_archive(const struct crypt_facts *facts, const struct unlock_volume *const *volumes,
                    const struct secret *keys, size_t n, struct secret *ret_archive);
