/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/print.h"

#include <sys/ioctl.h>

#include "base/text.h"
#include "base/util.h"

enum {
    NARROWEST = 40, /* wrapping to less does not help */
};

/* 0 if it is none, or does not say. */
static long terminal_width(int fd)
{
    struct winsize size;

    return isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

size_t print_width(void)
{
    const char *columns = getenv("COLUMNS");
    long width = columns ? strtol(columns, NULL, 10) : 0;

    if (width == 0)
        width = terminal_width(STDOUT_FILENO);
    return width >= NARROWEST ? (size_t)width : 0;
}

static bool has_colours(void)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && !streq(term, "dumb");
}

/* Counts characters: each is assumed to take one column. */
static size_t columns_of(const char *word, size_t length)
{
    size_t n = 0;

    for (size_t i = 0; i < length; i++)
        n += (word[i] & 0xc0) != 0x80;
    return n;
}

static void put_wrapped(FILE *file, size_t width, const char *prefix, const char *text)
{
    size_t indent = strlen(prefix), column = indent;

    fputs(prefix, file);
    for (bool first = true;; first = false) {
        size_t length = strcspn(text, " "), columns = columns_of(text, length);

        if (!first && width > 0 && column + 1 + columns > width && column > indent) {
            fprintf(file, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            putc(' ', file);
            column++;
        }
        fwrite(text, 1, length, file);
        column += columns;
        if (!text[length])
            break;
        text += length + 1;
    }
}

void print_headline(enum style style, char *text)
{
    static const char *const COLOURS[] = {"\033[1m", "\033[1;32m", "\033[1;33m", "\033[1;31m"};
    AUTOFREE char *safe = text_printable(text);
    bool coloured = has_colours();

    free(text);
    if (coloured)
        fputs(COLOURS[style], stdout);
    put_wrapped(stdout, print_width(), "", safe);
    puts(coloured ? "\033[0m" : "");
}

static void print_error(const char *prefix, char *text)
{
    AUTOFREE char *safe = text_printable(text);
    long width = terminal_width(STDERR_FILENO);

    free(text);
    put_wrapped(stderr, width >= NARROWEST ? (size_t)width : 0, prefix, safe);
    putc('\n', stderr);
}

void print_trouble(char *text)
{
    print_error("fastreboot: ", text);
}

void print_trouble_advice(char *text)
{
    print_error("  -> ", text);
}

void print_line(const char *prefix, char *text)
{
    AUTOFREE char *safe = text_printable(text);

    free(text);
    put_wrapped(stdout, print_width(), prefix, safe);
    putchar('\n');
}
