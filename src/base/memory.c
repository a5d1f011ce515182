/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void out_of_memory(void)
{
    static const char MESSAGE[] = "fastreboot: out of memory\n";

    /* Neither stdio nor atexit(): both may want memory. */
    (void)!write(STDERR_FILENO, MESSAGE, sizeof(MESSAGE) - 1);
    _exit(1);
}

static void *there(void *memory)
{
    if (!memory)
        out_of_memory();
    return memory;
}

void *xcalloc(size_t n, size_t size)
{
    return there(calloc(n ? n : 1, size ? size : 1));
}

void *xreallocarray(void *old, size_t n, size_t size)
{
    return there(reallocarray(old, n ? n : 1, size ? size : 1));
}

char *xstrdup(const char *text)
{
    return text ? there(strdup(text)) : NULL;
}

char *xstrndup(const char *text, size_t length)
{
    return there(strndup(text, length));
}

char *format(const char *pattern, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, pattern);
    if (vasprintf(&text, pattern, arguments) < 0)
        out_of_memory();
    va_end(arguments);
    return text;
}

void set_text(char **text, char *value)
{
    free(*text);
    *text = value;
}

void append_text(char **list, const char *separator, const char *text)
{
    set_text(list, *list ? format("%s%s%s", *list, separator, text) : xstrdup(text));
}

void *append_element(void **array, size_t *n, size_t size)
{
    char *element;

    *array = xreallocarray(*array, *n + 1, size);
    element = (char *)*array + (*n)++ * size;
    memset(element, 0, size);
    return element;
}
