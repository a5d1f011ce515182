/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "tree.h"

/* Hand-made PE files. */

struct made_section {
    const char *name; /* NULL ends an array of sections */
    const void *content;
    size_t size; /* 0: it is a string */
};

enum {
    MADE_MAX = 64 * 1024,
    MADE_TABLE =
        64 + 24 + 240, /* the offset of the section table, with 40 bytes for each section */
};

#define MADE_STUB(version)                                                                         \
    {                                                                                              \
        ".sdmagic", "#### LoaderInfo: systemd-stub " version " ####", 0                            \
    }

/* Fills `image`; returns its size. */
size_t made_pe(unsigned char image[MADE_MAX], const struct made_section *sections);

/* Writes such an image to a file. */
void tree_pe(const struct tree *tree, const char *path, const struct made_section *sections);

/* Overwrites a field of section `i` in the table: 8 size, 16 stored size, 20 offset. */
void made_field(unsigned char image[MADE_MAX], size_t i, size_t field, uint32_t value);
