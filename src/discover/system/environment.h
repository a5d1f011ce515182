/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Release with environment_facts_clear(). */
struct environment_facts environment_facts_read(int root);
void environment_facts_clear(struct environment_facts *facts);
