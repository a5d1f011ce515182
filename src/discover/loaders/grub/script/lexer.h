/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The words of GRUB's script language, which only resembles that of a shell: see lexer.c. */

#include <stdbool.h>
#include <stddef.h>

/* Memory that is freed all at once. */
struct grub_arena {
    struct grub_chunk *chunks;
};

void *grub_arena_alloc(struct grub_arena *arena, size_t size); /* zeroed */
void grub_arena_clear(struct grub_arena *arena);

enum grub_token {
    TOKEN_END,
    TOKEN_NEWLINE,
    TOKEN_SEMICOLON,
    TOKEN_OPEN,  /* { */
    TOKEN_CLOSE, /* } */
    TOKEN_WORD,
    TOKEN_BAD, /* lexer->problem says why */
};

enum grub_part_type {
    PART_TEXT,            /* outside quotes, with its backslashes */
    PART_QUOTED,          /* inside quotes; "" is a word of its own */
    PART_VARIABLE,        /* its name; the value is split at blanks */
    PART_QUOTED_VARIABLE, /* its name; the value is not split */
    PART_TRANSLATED,      /* $"text", which GRUB translates */
};

struct grub_part {
    struct grub_part *next;
    enum grub_part_type type;
    const char *text;
};

struct grub_word {
    struct grub_word *next;
    struct grub_part *parts;
    const char *raw; /* as written if it is plain unquoted text, else "": for reserved words */
    unsigned line;
};

struct grub_lexer {
    struct grub_arena *arena;
    const char *at;
    const char *end;
    unsigned line;
    const char *problem;
};

/* Starts on `text`, which contains no NUL, CR or GRUB_VALUE_*, and ends in a newline. */
void grub_lexer_init(struct grub_lexer *lexer, struct grub_arena *arena, const char *text,
                     size_t length);

/* Returns the next token, and its word if it is TOKEN_WORD. */
enum grub_token grub_lexer_next(struct grub_lexer *lexer, struct grub_word **ret_word);
