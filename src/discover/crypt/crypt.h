/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* `cmdline` is what the next kernel gets; NULL stands for the running one's. 0 or -ENOMEM; release
 * with crypt_facts_clear() in any case. */
int crypt_facts_read(int root, const char *cmdline, struct crypt_facts *ret);
void crypt_facts_clear(struct crypt_facts *facts);
