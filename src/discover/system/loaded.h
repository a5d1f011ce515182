/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* 0 or -ENOMEM; release with loaded_facts_clear() in any case. */
int loaded_facts_read(int root, struct loaded_facts *ret);
void loaded_facts_clear(struct loaded_facts *facts);
