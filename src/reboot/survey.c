/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/survey.h"

#include "base/util.h"
#include "discover/discover.h"

int survey_make(int root, enum purpose purpose, struct survey *ret_survey)
{
    int r;

    *ret_survey = (struct survey){0};
    r = facts_read(root, &ret_survey->facts);
    if (r >= 0)
        r = additions_decide(&ret_survey->facts, &ret_survey->added);
    return r < 0 ? r : decide(&ret_survey->facts, purpose, &ret_survey->verdict);
}

void survey_clear(struct survey *survey)
{
    verdict_clear(&survey->verdict);
    free(survey->added);
    facts_clear(&survey->facts);
}
