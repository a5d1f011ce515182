/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* `boot_id` is that of this boot, or NULL. 0 or -ENOMEM; release with check_facts_clear() in any
 * case. */
int check_facts_read(int root, const char *boot_id, struct check_facts *ret);
void check_facts_clear(struct check_facts *facts);
