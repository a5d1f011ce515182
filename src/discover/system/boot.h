/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Release with boot_facts_clear(). */
void boot_facts_read(int root, struct boot_facts *ret);
void boot_facts_clear(struct boot_facts *facts);
