/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "decide/additions.h"
#include "decide/decide.h"

/* Discovers the machine, joins what fastreboot itself has noted, and decides. */
struct survey {
    struct facts facts;
    struct verdict verdict;
    char *added; /* what the next kernel gets besides, see additions_decide() */
};

/* Release with survey_clear(). */
void survey_make(int root, enum purpose purpose, struct survey *ret_survey);

void survey_clear(struct survey *survey);

/* A text that differs if the next kernel would get other files, or keys of other volumes, see
 * payload_signature(). The caller frees it. */
char *survey_signature(const struct facts *facts);
