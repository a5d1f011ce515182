/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "decide/additions.h"
#include "decide/decide.h"

/* Discover and decide, as every verb that wants a verdict does. */
struct survey {
    struct facts facts;
    struct verdict verdict;
    char *added; /* what the next kernel gets besides, see additions_decide() */
};

/* 0 or -ENOMEM. Release with survey_clear() in any case. */
int survey_make(int root, enum purpose purpose, struct survey *ret_survey);

void survey_clear(struct survey *survey);
