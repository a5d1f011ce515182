/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* 0 or -ENOMEM; release with boot_facts_clear() in any case. */
int boot_facts_read(int root, struct boot_facts *ret);
void boot_facts_clear(struct boot_facts *facts);
