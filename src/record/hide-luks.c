/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a recording keeps of a LUKS header: the identity of the volume, the layout, and the kind of
 * key that each token is for. No salts, digests or keys, sealed or not. */

#include <errno.h>

#include "base/json.h"
#include "base/util.h"
#include "record/hide.h"

enum {
    LUKS2_HEADER = 4096,
    LUKS1_HEADER = 592,
    LUKS1_SLOTS = 208, /* where the slots start, and the size of each, in bytes */
    LUKS1_SLOT = 48,
};

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Decodes base64url without padding, up to a dot; NULL if it is invalid. */
static char *decode(const char *text)
{
    size_t length = strcspn(text, "."), n = 0;
    AUTOFREE char *out = xcalloc(1, length + 1);
    unsigned bits = 0, n_bits = 0;

    for (size_t i = 0; i < length; i++) {
        const char *digit = strchr(DIGITS, text[i]);

        if (!digit)
            return NULL;
        bits = (bits << 6 | (unsigned)(digit - DIGITS)) & 0xffff;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            out[n++] = (char)(bits >> n_bits);
        }
    }
    return steal(&out);
}

static char *encode(const char *text)
{
    size_t length = strlen(text), n = 0;
    char *out = xcalloc(1, length * 2 + 4);
    unsigned bits = 0, n_bits = 0;

    for (size_t i = 0; i < length; i++) {
        bits = (bits << 8 | (unsigned char)text[i]) & 0xffff;
        for (n_bits += 8; n_bits >= 6; n_bits -= 6)
            out[n++] = DIGITS[bits >> (n_bits - 6) & 63];
    }
    if (n_bits)
        out[n] = DIGITS[bits << (6 - n_bits) & 63];
    return out;
}

static struct json_object *clean(const char *key, struct json_object *value);

/* The part of a JWE that says how it was made. The caller frees it. */
static char *clean_jwe(const char *text)
{
    AUTOFREE char *json = decode(text);
    AUTOJSON struct json_object *object = NULL, *left = NULL;

    if (!json || json_parse(json, &object) < 0)
        return xstrdup("");
    left = clean("", object);
    return encode(json_object_to_json_string_ext(left, JSON_C_TO_STRING_PLAIN |
                                                           JSON_C_TO_STRING_NOSLASHESCAPE));
}

static struct json_object *clean_string(const char *key, const char *text)
{
    static const char *const KEPT[] = {"type", "keyslots", "tpm2-pcr-bank", "tpm2-primary-alg",
                                       "pin",  "pcr_ids",  "pcr_bank",      "hash"};
    AUTOFREE char *jwe = NULL;

    for (size_t i = 0; i < ELEMENTS(KEPT); i++)
        if (streq(key, KEPT[i]))
            return json_object_new_string(text);
    if (streq(key, "protected") || streq(key, "jwe"))
        jwe = clean_jwe(text);
    return json_object_new_string(jwe ? jwe : "");
}

/* A copy with numbers and names, but only those strings that say what kind something is. */
static struct json_object *clean(const char *key, struct json_object *value)
{
    struct json_object *copy;

    switch (json_object_get_type(value)) {
    case json_type_object:
        copy = json_object_new_object();
        json_object_object_foreach(value, name, member)
        {
            json_object_object_add(copy, name, clean(name, member));
        }
        return copy;
    case json_type_array:
        copy = json_object_new_array();
        for (size_t i = 0; i < json_object_array_length(value); i++)
            json_object_array_add(copy, clean(key, json_object_array_get_idx(value, i)));
        return copy;
    case json_type_string:
        return clean_string(key, json_object_get_string(value));
    default:
        return json_object_get(value);
    }
}

/* Overwrites `data` by `text`, followed by `fill`. */
static void put(char *data, size_t size, const char *text, char fill)
{
    size_t length = strlen(text);

    memset(data, fill, size);
    if (length < size)
        memcpy(data, text, length);
}

static void hide_json(char *data, size_t size)
{
    AUTOJSON struct json_object *object = NULL, *left = NULL;
    struct json_object *tokens = NULL;

    if (json_parse(data, &object) < 0 || !json_object_object_get_ex(object, "tokens", &tokens)) {
        put(data, size, "", 0);
        return;
    }
    left = json_object_new_object();
    json_object_object_add(left, "tokens", clean("", tokens));
    put(data, size,
        json_object_to_json_string_ext(left,
                                       JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
        0);
}

static void hide_jwe(char *data, size_t size)
{
    AUTOFREE char *jwe = clean_jwe(data), *text = format("%s.", jwe);

    put(data, size, text, 'x');
}

/* Zeroes all but magic, version, sizes, sequence number, UUID and offset. */
static void hide_luks2_header(char *data)
{
    memset(data + 24, 0, 168 - 24);
    memset(data + 208, 0, 256 - 208);
    memset(data + 264, 0, LUKS2_HEADER - 264);
}

/* Zeroes the digest of the key with its salt, and the salts of the slots. */
static void hide_luks1_header(char *data)
{
    memset(data + 112, 0, 168 - 112);
    for (size_t slot = LUKS1_SLOTS; slot < LUKS1_HEADER; slot += LUKS1_SLOT)
        memset(data + slot + 4, 0, 4 + 32);
}

size_t hide_luks(char *data, size_t size, uint64_t offset)
{
    bool is_header =
        size >= 8 && (memcmp(data, "LUKS\xba\xbe", 6) == 0 || memcmp(data, "SKUL\xba\xbe", 6) == 0);

    if (is_header && data[7] == 2 && size == LUKS2_HEADER)
        hide_luks2_header(data);
    else if (is_header && data[7] == 1 && size == LUKS1_HEADER && offset == 0)
        hide_luks1_header(data);
    else if (size >= 8 && memcmp(data, "LUKSMETA", 8) == 0)
        return 0; /* just lists which slot has whose token */
    else if (*data == '{')
        hide_json(data, size);
    else if (size > 3 && memcmp(data, "eyJ", 3) == 0)
        hide_jwe(data, size);
    else if (size > 8)
        memset(data, 0, size);
    return 1;
}
