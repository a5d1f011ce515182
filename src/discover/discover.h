/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Reads everything that can be known about the machine below `root`, and changes nothing. What
 * could not be found out is noted as such in the facts. Release with facts_clear(). */
void facts_read(int root, struct facts *ret_facts);

void facts_clear(struct facts *facts);
