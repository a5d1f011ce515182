/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* 0 or -ENOMEM; release with kexec_facts_clear() in any case. */
int kexec_facts_read(int root, struct kexec_facts *ret);
void kexec_facts_clear(struct kexec_facts *facts);
