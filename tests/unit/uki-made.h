/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "tree.h"

/* PE files made by hand. */

struct made_section {
    const char *name; /* NULL ends an array of them */
    const void *content;
    size_t size; /* 0: it is a text */
};

enum {
    MADE_MAX = 64 * 1024,
    MADE_TABLE = 64 + 24 + 240, /* where the section table starts, with 40 bytes for each */
};

#define MADE_STUB(version)                                                                         \
    {                                                                                              \
        ".sdmagic", "#### LoaderInfo: systemd-stub " version " ####", 0                            \
    }

/* Fills `image`; gives its size. */
size_t made_pe(unsigned char image[MADE_MAX], const struct made_section *sections);

/* Puts one into a file. */
void tree_pe(const struct tree *tree, const char *path, const struct made_section *sections);

/* Overwrites a field of section `i` in the table: 8 size, 16 stored, 20 offset. */
void made_field(unsigned char image[MADE_MAX], size_t i, size_t field, uint32_t value);
