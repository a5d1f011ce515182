/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Release with kexec_facts_clear(). */
void kexec_facts_read(int root, struct kexec_facts *ret);
void kexec_facts_clear(struct kexec_facts *facts);
