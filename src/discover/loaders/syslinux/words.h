/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Words as Syslinux separates them: any character up to the blank ends one. */

static inline size_t syslinux_word(const char *text)
{
    size_t length = 0;

    while ((unsigned char)text[length] > ' ')
        length++;
    return length;
}

static inline const char *syslinux_skip(const char *text)
{
    while (*text && (unsigned char)*text <= ' ')
        text++;
    return text;
}

/* What follows the first word. */
static inline const char *syslinux_next(const char *text)
{
    return syslinux_skip(text + syslinux_word(text));
}
