/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Nothing in it has to be released. */
struct environment_facts environment_facts_read(int root);
