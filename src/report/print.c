/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/print.h"

#include <sys/ioctl.h>

#include "base/text.h"
#include "base/util.h"

enum {
    NARROWEST = 40, /* wrapping to less does not help */
};

size_t print_width(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    long width = columns ? strtol(columns, NULL, 10) : 0;

    if (width == 0 && isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
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

static void put_wrapped(const char *prefix, const char *text)
{
    size_t indent = strlen(prefix), width = print_width(), column = indent;

    fputs(prefix, stdout);
    for (bool first = true;; first = false) {
        size_t length = strcspn(text, " "), columns = columns_of(text, length);

        if (!first && width > 0 && column + 1 + columns > width && column > indent) {
            printf("\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            putchar(' ');
            column++;
        }
        fwrite(text, 1, length, stdout);
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
    put_wrapped("", safe);
    puts(coloured ? "\033[0m" : "");
}

void print_trouble(char *text)
{
    AUTOFREE char *safe = text_printable(text);

    free(text);
    fprintf(stderr, "fastreboot: %s\n", safe);
}

void print_line(const char *prefix, char *text)
{
    AUTOFREE char *safe = text_printable(text);

    free(text);
    put_wrapped(prefix, safe);
    putchar('\n');
}
