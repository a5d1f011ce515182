/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "luks-made.h"

#include <endian.h>
#include <stdint.h>

#include "test.h"

static void put(unsigned char *at, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(number >> 8 * (bytes - 1 - i));
}

void made_luks2(const struct tree *tree, const char *path, const char *tokens)
{
    AUTOFREE unsigned char *image = calloc(2, LUKS2_COPY);

    for (size_t copy = 0; copy < 2; copy++) {
        unsigned char *header = image + copy * LUKS2_COPY;

        memcpy(header, copy ? "SKUL\xba\xbe" : "LUKS\xba\xbe", 6);
        put(header + 6, 2, 2);
        put(header + 8, LUKS2_COPY, 8);
        put(header + 16, 3, 8);
        strcpy((char *)header + 72, "sha256");
        memset(header + 104, copy ? 0x5a : 0xa5, 64); /* each copy has a different salt */
        strcpy((char *)header + 168, LUKS_UUID);
        put(header + 256, copy * LUKS2_COPY, 8);
        assert_true(snprintf((char *)header + 4096, LUKS2_COPY - 4096,
                             "{\"keyslots\":{\"0\":{\"type\":\"luks2\"}},\"tokens\":{%s},"
                             "\"segments\":{},\"digests\":{},\"config\":{}}",
                             tokens) < LUKS2_COPY - 4096);
    }
    tree_write_bytes(tree, path, image, 2 * LUKS2_COPY);
}

void made_luks1(const struct tree *tree, const char *path, const char *jwe)
{
    static const unsigned char CLEVIS[] = {0xcb, 0x6e, 0x89, 0x04, 0x81, 0xff, 0x40, 0xda,
                                           0xa8, 0x4a, 0x07, 0xab, 0x9a, 0xb5, 0x71, 0x5e};
    AUTOFREE unsigned char *image = calloc(1, LUKS1_DATA);
    unsigned char *meta = image + LUKS1_GAP, *slot = meta + 16 + 32;

    memcpy(image, "LUKS\xba\xbe\0\1", 8);
    put(image + 104, LUKS1_DATA / 512, 4);
    put(image + 108, 64, 4); /* bytes of the key */
    strcpy((char *)image + 168, LUKS_UUID);
    for (size_t i = 0; i < 8; i++) {
        put(image + 208 + 48 * i + 40, 8 + 504 * i, 4); /* sector of the slot's key */
        put(image + 208 + 48 * i + 44, 4000, 4);        /* stripes */
    }
    if (jwe) {
        memcpy(meta, "LUKSMETA\0\0\0\1", 12);
        memcpy(slot, CLEVIS, sizeof(CLEVIS));
        put(slot + 16, 4096, 4);
        put(slot + 20, strlen(jwe), 4);
        memcpy(meta + 4096, jwe, strlen(jwe));
    }
    tree_write_bytes(tree, path, image, LUKS1_DATA);
}

char *made_jwe(const char *config)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    AUTOFREE char *text = format("{\"alg\":\"dir\",\"clevis\":%s,\"enc\":\"A256GCM\"}", config);
    size_t length = strlen(text), n = 0;
    char *jwe = calloc(1, length * 2 + 64);

    for (size_t bit = 0; bit < length * 8; bit += 6) {
        unsigned two = (unsigned)(unsigned char)text[bit / 8] << 8 |
                       (unsigned)(unsigned char)text[bit / 8 + 1];

        jwe[n++] = DIGITS[two >> (10 - bit % 8) & 0x3f];
    }
    strcat(jwe, "..aXY.Y2lwaGVy.dGFn");
    return jwe;
}

char *made_clevis(const char *config)
{
    AUTOFREE char *jwe = made_jwe(config);

    *strchr(jwe, '.') = 0;
    return format("{\"type\":\"clevis\",\"keyslots\":[\"1\"],\"jwe\":{\"ciphertext\":\"x\","
                  "\"encrypted_key\":\"\",\"iv\":\"y\",\"protected\":\"%s\",\"tag\":\"z\"}}",
                  jwe);
}
