/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Reads everything that can be known about the machine below `root` without changing anything.
 * What could not be found out is in the facts as such; the call itself fails for want of memory
 * only (-ENOMEM). Release with facts_clear() in any case. */
int facts_read(int root, struct facts *ret_facts);

void facts_clear(struct facts *facts);
