/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* 0 or -ENOMEM; release with hook_facts_clear() in any case. */
int hook_facts_read(int root, struct hook_facts *ret);
void hook_facts_clear(struct hook_facts *facts);
