/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Memory and text. Running out of memory ends the program with a message and exit status 1, so none
 * of these functions returns NULL for lack of memory. Ending is safe at any time: before the jump
 * is allowed, it leads to a firmware reboot; after that, the attempt stays on disk for the next
 * boot. */

/* AddressSanitizer has its own allocator. With it, only allocations of this program end it, not
 * those of libraries. */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#define HAS_ASAN __has_feature(address_sanitizer)
#else
#define HAS_ASAN 0
#endif

/* `n` elements of `size` bytes, zeroed. The caller frees them. */
void *xcalloc(size_t n, size_t size);

/* Resizes `old` (or NULL) to `n` elements of `size` bytes. The caller frees them. */
void *xreallocarray(void *old, size_t n, size_t size);

/* A copy, which the caller frees; NULL stays NULL. */
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);

/* A formatted string, which the caller frees. */
char *format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
char *vformat(const char *pattern, va_list arguments) __attribute__((format(printf, 1, 0)));

/* Frees *text and replaces it by `value`, which may be NULL and now belongs to *text. */
void set_text(char **text, char *value);

/* Appends `text` to *list, after `separator` unless the list is empty. */
void append_text(char **list, const char *separator, const char *text);

/* Adds a zeroed element at the end of `array`, which has `n`, and returns a pointer to it. Both
 * arguments must be variables. */
#define APPEND(array, n)                                                                           \
    ((__typeof__(array))append_element((void **)&(array), &(n), sizeof(*(array))))
void *append_element(void **array, size_t *n, size_t size);

/* Ends the program; for callers of libraries that report a lack of memory. */
void out_of_memory(void) __attribute__((noreturn));
