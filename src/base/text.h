/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* The length in bytes of the UTF-8 character at `text`; 0 if it is invalid. */
size_t text_character_length(const char *text);

/* The number of the line at an offset in the text, from 1 on. */
size_t text_line_at(const char *text, size_t offset);

/* A copy of text from a file or another program that is safe for a terminal: control characters,
 * which could move the cursor or change colours, and invalid UTF-8 become \xNN. The caller frees
 * it. */
char *text_printable(const char *text);

/* The same for JSON text, whose meaning does not change: control characters that the writer of it
 * did not escape become \uNNNN. The caller frees it. */
char *text_printable_json(const char *json);
