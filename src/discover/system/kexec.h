/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* The loads that kernel.kexec_load_limit_reboot allows; -1 if the kernel does not count them, or
 * the number cannot be read. */
int64_t kexec_loads_left(int root);

/* Release with kexec_facts_clear(). */
void kexec_facts_read(int root, struct kexec_facts *ret);
void kexec_facts_clear(struct kexec_facts *facts);
