/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The section table of a PE file, as EFI programs are. */

enum {
    PE_MACHINE_X86_64 = 0x8664,
    PE_MACHINE_ARM64 = 0xaa64,
};

struct pe_section {
    char name[9];
    uint32_t size;   /* in memory; without the padding that it has in the file */
    uint32_t offset; /* in the file */
    uint32_t stored; /* bytes of it in the file, padding included */
};

struct pe {
    uint16_t machine;
    uint64_t file_size;
    uint64_t headers;            /* where they end */
    struct pe_section *sections; /* as in the table */
    size_t n;
};

/* Reads the headers of the open file `fd`. Nothing is allocated before its size is held against
 * the file's.
 * 0; -ENOEXEC when it is no PE file, or its table not whole; -E2BIG when it has more sections than
 * we look at; or another negative errno. Release with pe_clear(). */
int pe_read(int fd, struct pe *ret_pe);

void pe_clear(struct pe *pe);

/* What is wrong with its sections, in words, or NULL: they lie in the file and apart. */
const char *pe_problem(const struct pe *pe);

/* Reads exactly `size` bytes at `offset`. 0, -EBADMSG when there are fewer, or another errno. */
int pe_read_at(int fd, void *buffer, size_t size, uint64_t offset);

/* How much of the PE file in the `size` bytes at `offset` is the file itself: one that is signed
 * ends with its certificates, and its signature holds only without the padding behind them. `size`
 * where it has none. 0 and that, or a negative errno. */
int pe_signed_size(int fd, uint64_t offset, uint64_t size, uint64_t *ret_size);
