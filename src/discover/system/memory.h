/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* What a load of a kernel could have without anything being killed for it. */
struct memory_facts memory_facts_read(int root);
