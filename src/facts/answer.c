/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/answer.h"

#include <stdlib.h>

#include "base/memory.h"

struct answer answer_yes(char *text)
{
    return (struct answer){.is = ANSWER_YES, .text = text};
}

struct answer answer_unknown(int error, char *text)
{
    return (struct answer){.is = ANSWER_UNKNOWN, .error = error, .text = text};
}

struct answer answer_of(int result)
{
    if (result < 0)
        return answer_unknown(-result, NULL);
    return (struct answer){.is = result ? ANSWER_YES : ANSWER_NO};
}

void answer_note(struct answer *answer, char *text)
{
    if (answer->is == ANSWER_YES) {
        free(text);
        return;
    }
    answer_clear(answer);
    *answer = answer_yes(text);
}

void answer_add(struct answer *answer, char *text)
{
    if (answer->is == ANSWER_YES)
        append_text(&answer->text, "; ", text);
    else
        answer_note(answer, xstrdup(text));
    free(text);
}

void answer_note_unknown(struct answer *answer, int error, char *text)
{
    if (answer->is == ANSWER_NO)
        *answer = answer_unknown(error, text);
    else
        free(text);
}

void answer_clear(struct answer *answer)
{
    free(answer->text);
    *answer = (struct answer){0};
}
