/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Memory and text. Running out of memory ends the program with a message and exit status 1, so none
 * of these gives NULL. That is safe at any moment: what ends before the jump was allowed ends in
 * the firmware reboot, and what ends after it leaves its attempt on the disk for the next boot. */

/* AddressSanitizer has an allocator of its own, so that only what is asked for here ends the
 * program, not what a library asks for. */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#define HAS_ASAN __has_feature(address_sanitizer)
#else
#define HAS_ASAN 0
#endif

/* `n` elements of `size` bytes, all zero; for free(). */
void *xcalloc(size_t n, size_t size);

/* `old` (or NULL) with room for `n` elements of `size` bytes; for free(). */
void *xreallocarray(void *old, size_t n, size_t size);

/* A copy for free(); NULL stays NULL. */
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);

/* A formatted string for free(). */
char *format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/* Frees *text and puts `value`, which it takes over and which may be NULL, in its place. */
void set_text(char **text, char *value);

/* Adds `text` behind *list, with `separator` between them if there is something already. */
void append_text(char **list, const char *separator, const char *text);

/* A pointer to one more element behind the `n` of `array`, all zero; `n` counts it. Both are
 * variables. */
#define APPEND(array, n)                                                                           \
    ((__typeof__(array))append_element((void **)&(array), &(n), sizeof(*(array))))
void *append_element(void **array, size_t *n, size_t size);

/* Ends the program, for libraries that say that memory is gone. */
void out_of_memory(void) __attribute__((noreturn));
