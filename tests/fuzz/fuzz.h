/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the fuzz targets share. Each target is a file with LLVMFuzzerTestOneInput(); must() aborts
 * if a contract is broken. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* assert(), but even with NDEBUG. */
#define must(claim) ((claim) ? (void)0 : must_failed(#claim, __FILE__, __LINE__))

static inline void must_failed(const char *claim, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
    abort();
}

/* A descriptor of an empty directory that stands for "/", the same in each call. It is removed when
 * the program ends. */
int fuzz_root(void);

/* Writes a file below it. */
void fuzz_write(const char *path, const void *data, size_t size);

/* Takes the next string from the input, up to a NUL or the end of the input, and moves on. The
 * caller frees it. */
char *fuzz_string(const uint8_t **data, size_t *size);
