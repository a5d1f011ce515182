/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/answer.h"

#include <stdlib.h>
#include <string.h>

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

struct answer answer_from(struct answer answer, const char *source)
{
    answer_set_source(&answer, source);
    return answer;
}

struct answer answer_copy(const struct answer *answer)
{
    struct answer copy = *answer;

    copy.text = xstrdup(answer->text);
    copy.source = xstrdup(answer->source);
    return copy;
}

void answer_set_source(struct answer *answer, const char *source)
{
    if (!answer->source)
        answer->source = xstrdup(source);
}

char *answer_source_of(const char *message)
{
    size_t path = strcspn(message, ": "), digits;

    if (*message != '/')
        return NULL;
    digits = message[path] == ':' ? strspn(message + path + 1, "0123456789") : 0;
    return xstrndup(message,
                    digits && message[path + 1 + digits] == ':' ? path + 1 + digits : path);
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
    free(answer->source);
    *answer = (struct answer){0};
}
