/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/answer.h"

#include <stdlib.h>

struct answer answer_yes(char *text)
{
    return (struct answer){.is = ANSWER_YES, .text = text};
}

struct answer answer_unknown(int error, char *text)
{
    return (struct answer){.is = ANSWER_UNKNOWN, .error = error, .text = text};
}

void answer_clear(struct answer *answer)
{
    free(answer->text);
    *answer = (struct answer){0};
}
