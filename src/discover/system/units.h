/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* All but what fastreboot has noted in this boot: ->active and ->armed. Release with
 * unit_facts_clear(). */
void unit_facts_read(int root, struct unit_facts *ret);
void unit_facts_clear(struct unit_facts *facts);
