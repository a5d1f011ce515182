/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* 0 or -ENOMEM; release with failure_facts_clear() in any case. */
int failure_facts_read(int root, struct failure_facts *ret);
void failure_facts_clear(struct failure_facts *facts);
