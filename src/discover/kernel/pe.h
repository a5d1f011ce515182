/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The section table of a PE file, the format of EFI programs. */

enum {
    PE_MACHINE_X86_64 = 0x8664,
    PE_MACHINE_ARM64 = 0xaa64,
};

struct pe_section {
    char name[9];
    uint32_t size;   /* in memory; without the padding that it has in the file */
    uint32_t offset; /* in the file */
    uint32_t stored; /* bytes in the file, including padding */
};

struct pe {
    uint16_t machine;
    uint64_t file_size;
    uint64_t headers;            /* where they end */
    struct pe_section *sections; /* in the order of the table */
    size_t n;
};

/* Reads the headers of the open file `fd`. Sizes are compared with the file's before anything is
 * allocated. 0; -ENOEXEC if it is not a PE file or its section table is cut off; -E2BIG if it has
 * too many sections; or another negative errno. Release with pe_clear(). */
int pe_read(int fd, struct pe *ret_pe);

void pe_clear(struct pe *pe);

/* What is wrong with its sections, in words; NULL if they are all in the file and do not
 * overlap. */
const char *pe_problem(const struct pe *pe);

/* The length of the PE file in the `size` bytes at `offset`, without the padding after it: a signed
 * file ends with its certificates, and with more its signature is invalid. `size` if it is not
 * signed. 0 or a negative errno. */
int pe_signed_size(int fd, uint64_t offset, uint64_t size, uint64_t *ret_size);

/* Whether the PE file in the `size` bytes at `offset` has certificates: 1, 0 (also if it is not a
 * PE file) or a negative errno. */
int pe_is_signed(int fd, uint64_t offset, uint64_t size);
