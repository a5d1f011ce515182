/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Whether fastreboot.service is active, which anybody may know: without a text. */
struct answer service_is_active(int root);

/* All but what fastreboot has noted in this boot: ->armed. Release with unit_facts_clear(). */
void unit_facts_read(int root, struct unit_facts *ret);
void unit_facts_clear(struct unit_facts *facts);
