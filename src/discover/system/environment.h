/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* 0 or -ENOMEM. */
int place_facts_read(int root, struct place_facts *ret);
