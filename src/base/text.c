/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"

#include <stdint.h>

#include "base/util.h"

/* Checks the second byte after `first`: rejects overlong forms, surrogates and numbers beyond
 * Unicode. */
static bool may_follow(unsigned char first, unsigned char second)
{
    unsigned char least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

    return second >= least && second <= most;
}

size_t text_character_length(const char *text)
{
    unsigned char first = (unsigned char)text[0];
    size_t n = first < 0x80                     ? 1
               : first >= 0xc2 && first <= 0xdf ? 2
               : first >> 4 == 14               ? 3
               : first >= 0xf0 && first <= 0xf4 ? 4
                                                : 0;

    if (n > 1 && !may_follow(first, (unsigned char)text[1]))
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

/* C0, DEL and C1 controls, and those that change the direction of text (U+202A to 202E, U+2066 to
 * 2069). `text` is one character of `n` bytes. */
static bool is_control(const char *character, size_t n)
{
    const unsigned char *text = (const unsigned char *)character;

    if (n == 1)
        return text[0] < 0x20 || text[0] == 0x7f;
    if (n == 2)
        return text[0] == 0xc2 && text[1] < 0xa0;
    return n == 3 && text[0] == 0xe2 &&
           ((text[1] == 0x80 && text[2] >= 0xaa && text[2] <= 0xae) ||
            (text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9));
}

/* The code point of a character of one to three bytes. */
static unsigned code_of(const char *text, size_t n)
{
    unsigned code = (unsigned char)text[0] & (n == 1 ? 0x7f : n == 2 ? 0x1f : 0x0f);

    for (size_t i = 1; i < n; i++)
        code = code << 6 | ((unsigned char)text[i] & 0x3f);
    return code;
}

char *text_printable_json(const char *json)
{
    char *safe = xcalloc(6 * strlen(json) + 1, 1), *out = safe;

    for (size_t n; *json; json += n) {
        size_t known = text_character_length(json);

        n = known ? known : 1;
        if ((unsigned char)*json < 0x7f || !is_control(json, n))
            out = mempcpy(out, json, n);
        else
            out += sprintf(out, "\\u%04x", code_of(json, n));
    }
    return safe;
}

char *text_printable(const char *text)
{
    char *safe = xcalloc(4 * strlen(text) + 1, 1), *out = safe;

    while (*text) {
        size_t n = text_character_length(text), length = n > 0 ? n : 1;
        bool keep = n > 0 && !is_control(text, n);

        for (size_t i = 0; i < length; i++, text++)
            if (keep)
                *out++ = *text;
            else
                out += sprintf(out, "\\x%02x", (unsigned char)*text);
    }
    return safe;
}

size_t text_line_at(const char *text, size_t offset)
{
    size_t line = 1;

    for (size_t i = 0; i < offset; i++)
        line += text[i] == '\n';
    return line;
}
