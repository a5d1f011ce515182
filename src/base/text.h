/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* The length in bytes of the character at `text` in UTF-8; 0 when it is not one. */
size_t text_character_length(const char *text);

/* A copy of what another program or a file says, safe for a terminal: control characters, which
 * could move the cursor or change colours, and what is not UTF-8 become \xNN. For free(). */
char *text_printable(const char *text);
