/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What matters of the end of a kernel's log. */

enum {
    MAX_WORDS = 9,
    MAX_WORD = 160, /* bytes of a text */
};

enum word_kind {
    WORD_PANIC,    /* why it panicked */
    WORD_TROUBLE,  /* the first oops or the like */
    WORD_ROOT,     /* that it cannot mount the root file system */
    WORD_PROCESS,  /* which process ran then */
    WORD_PLACE,    /* the function, as the instruction pointer tells */
    WORD_TRACE,    /* what called it, innermost first */
    WORD_INITCALL, /* the part of the kernel that was starting */
    WORD_PROGRAM,  /* the last message of a program: of the initrd, unless it ran longer */
    WORD_LAST,     /* the last line, where there is neither panic nor oops */
    N_WORD_KINDS,
};

/* Texts are printable, and NULL where the log does not say. */
struct last_words {
    char *all[N_WORD_KINDS];
};

/* Reads lines of "<6>[   12.345678] text". Release with last_words_clear(). */
void last_words_read(const char *log, struct last_words *ret);
void last_words_clear(struct last_words *words);

/* "panic", "trouble", ... */
const char *word_name(enum word_kind kind);

/* A copy of the log with "[   12.345678] text" for people: printable, a line each. For free(). */
char *last_words_plain(const char *log);

/* The newest lines of a log that together have at most `max` bytes, printable as they are kept.
 * For free(). */
char *last_words_trim(const char *log, size_t max);
