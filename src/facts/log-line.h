/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line of the kernel's log as pstore keeps it: "<6>[   12.345678] text". */
struct log_line {
    bool by_kernel;   /* programs can write other lines only */
    int64_t time;     /* in microseconds since the kernel started, or -1 */
    const char *text; /* up to its end: no zero byte follows */
    size_t length;
};

/* Gives the line at *position and moves on; false at the end of the text. */
bool log_line_next(const char **position, struct log_line *ret);

/* A number at *at, of at most `most` digits, and moves on; -1 if there is none. */
int64_t log_number(const char **at, size_t most);

/* Whether the line begins or ends with `text`. */
bool log_line_starts(const struct log_line *line, const char *text);
bool log_line_ends(const struct log_line *line, const char *text);

/* Where `text` is in the line; NULL if it is not. */
const char *log_line_find(const struct log_line *line, const char *text);
