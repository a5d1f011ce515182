/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* What kernel `release` cannot drive of this machine. 0 or -ENOMEM; release with
 * driver_facts_clear() in any case. */
int driver_facts_read(int root, const char *release, struct driver_facts *ret);
void driver_facts_clear(struct driver_facts *facts);
