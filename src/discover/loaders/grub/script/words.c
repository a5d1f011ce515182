/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/script/words.h"

#include <ctype.h>

#include "base/util.h"

void grub_words_clear(struct grub_words *words)
{
    for (size_t i = 0; i < words->n; i++)
        free(words->words[i]);
    free(words->words);
    *words = (struct grub_words){0};
}

void grub_words_add(struct grub_words *words, const char *word)
{
    words->words = xreallocarray(words->words, words->n + 2, sizeof(*words->words));
    words->words[words->n++] = xstrdup(word);
    words->words[words->n] = NULL;
}

void grub_words_copy(const struct grub_words *from, size_t first, struct grub_words *to)
{
    for (size_t i = first; i < from->n; i++)
        grub_words_add(to, from->words[i]);
}

bool grub_words_equal(const struct grub_words *a, const struct grub_words *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++)
        if (!streq(a->words[i], b->words[i]))
            return false;
    return a->n == b->n;
}

bool grub_words_have(const struct grub_words *words, const char *word)
{
    for (size_t i = 0; i < words->n; i++)
        if (streq(words->words[i], word))
            return true;
    return false;
}

bool grub_is_hex_escape(const char *text)
{
    return text[0] == '\\' && text[1] == 'x' && isxdigit((unsigned char)text[2]) &&
           isxdigit((unsigned char)text[3]);
}
