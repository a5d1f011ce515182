/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/memory.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void out_of_memory(void)
{
    static const char MESSAGE[] = "fastreboot: out of memory\n";

    /* Not stdio or atexit(): both may allocate. */
    (void)!write(STDERR_FILENO, MESSAGE, sizeof(MESSAGE) - 1);
    _exit(1);
}

/* Libraries check less than this program: json-c continues with half of an object, which would
 * later be taken for a damaged file. So running out of memory inside a library ends the program,
 * too. */
#if defined(__GLIBC__) && !HAS_ASAN
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

static void *of_libc(void *memory, bool wanted)
{
    if (!memory && wanted)
        out_of_memory();
    return memory;
}

void *malloc(size_t size)
{
    return of_libc(__libc_malloc(size), true);
}

void *calloc(size_t n, size_t size)
{
    return of_libc(__libc_calloc(n, size), true);
}

void *realloc(void *old, size_t size)
{
    return of_libc(__libc_realloc(old, size), size > 0); /* size 0 frees and returns NULL */
}
#endif

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

char *vformat(const char *pattern, va_list arguments)
{
    char *text;

    if (vasprintf(&text, pattern, arguments) < 0)
        out_of_memory();
    return text;
}

char *format(const char *pattern, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, pattern);
    text = vformat(pattern, arguments);
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
