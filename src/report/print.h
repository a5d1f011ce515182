/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Lines for people, on standard output unless said otherwise. They are wrapped at the width of the
 * terminal, or at $COLUMNS; without either, not at all. Control characters never reach the
 * terminal. These functions free `text`. */

enum style {
    STYLE_PLAIN,
    STYLE_GOOD,
    STYLE_WARN,
    STYLE_BAD,
};

/* How wide lines are, in columns; 0 if they are not wrapped. */
size_t print_width(void);

/* A line in colour, if standard output is a terminal that has colours and $NO_COLOR is not set. */
void print_headline(enum style style, char *text);

/* A line that starts with `prefix`; continuation lines are indented by the prefix's length. */
void print_line(const char *prefix, char *text);

/* "fastreboot: TEXT" on standard error, wrapped only at a terminal. */
void print_trouble(char *text);

/* What to do about it, below. */
void print_trouble_advice(char *text);
