/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

/* Cleanup at the end of the scope. Every destructor accepts NULL (or -1). */
#define CLEANUP(destructor) __attribute__((cleanup(destructor)))
#define AUTOFREE CLEANUP(freep)
#define AUTOCLOSE CLEANUP(closep)
#define AUTOCLOSEDIR CLEANUP(closedirp)
#define PRINTF(pattern, first) __attribute__((format(printf, pattern, first)))

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static inline void freep(void *pointer)
{
    free(*(void **)pointer);
}

static inline void closep(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static inline void closedirp(DIR **dir)
{
    if (*dir)
        (void)closedir(*dir);
}

/* Returns the value and clears the variable, so that its cleanup does nothing. */
static inline void *steal(void *pointer)
{
    void **variable = pointer, *value = *variable;

    *variable = NULL;
    return value;
}

static inline int steal_fd(int *fd)
{
    int value = *fd;

    *fd = -1;
    return value;
}

static inline bool streq(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* The rest of `text` after `prefix`, or NULL if it does not start with it. */
static inline const char *after_prefix(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);

    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}
