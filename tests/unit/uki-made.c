/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "uki-made.h"

#include <endian.h>

#include "test.h"

enum {
    BLOCK = 512,
};

static size_t round_up(size_t size)
{
    return (size + BLOCK - 1) / BLOCK * BLOCK;
}

static void put(unsigned char *at, uint32_t value, size_t n)
{
    value = htole32(value);
    memcpy(at, &value, n);
}

void made_field(unsigned char image[MADE_MAX], size_t i, size_t field, uint32_t value)
{
    put(image + MADE_TABLE + 40 * i + field, value, 4);
}

size_t made_pe(unsigned char image[MADE_MAX], const struct made_section *sections)
{
    size_t n = 0, at;

    while (sections[n].name)
        n++;
    memset(image, 0, MADE_MAX);
    memcpy(image, "MZ", 2);
    put(image + 60, 64, 4);
    memcpy(image + 64, "PE", 2);
    put(image + 68, 0x8664, 2);
    put(image + 70, (uint32_t)n, 2);
    put(image + 84, 240, 2);
    put(image + 88, 0x20b, 2);
    at = round_up(MADE_TABLE + 40 * n);
    for (size_t i = 0; i < n; i++) {
        size_t size = sections[i].size ? sections[i].size : strlen(sections[i].content);

        assert_true(at + round_up(size) <= MADE_MAX);
        strncpy((char *)image + MADE_TABLE + 40 * i, sections[i].name, 8);
        made_field(image, i, 8, (uint32_t)size);
        made_field(image, i, 16, (uint32_t)round_up(size));
        made_field(image, i, 20, (uint32_t)at);
        memcpy(image + at, sections[i].content, size);
        at += round_up(size);
    }
    return at;
}

void tree_pe(const struct tree *tree, const char *path, const struct made_section *sections)
{
    AUTOFREE unsigned char *image = malloc(MADE_MAX);

    assert_non_null(image);
    tree_write_bytes(tree, path, image, made_pe(image, sections));
}
