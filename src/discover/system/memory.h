/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* What a load of a kernel could have without anything being killed for it. */
struct memory_facts memory_facts_read(int root);

/* A text that differs when memory was plugged in or unplugged: a kernel that was loaded before may
 * lie in what is gone, and then the jump into it crashes. For free(). */
char *memory_blocks(int root);

/* The memory that is set aside for CMA, in bytes. Gives false where the kernel has no CMA. */
bool memory_read_cma(int root, uint64_t *ret_bytes);
