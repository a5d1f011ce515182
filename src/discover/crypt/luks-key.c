/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/crypt/luks-key.h"

#include "base/util.h"
#include "facts/unlock.h"

enum {
    MAX_JWE = 64 * 1024,
    MAX_NESTED = 3, /* clevis' sss inside sss */
    MAX_SHARES = 64,
};

static const struct unlock_key SURE = {.kind = KEY_SURE}, ATTENDED = {.kind = KEY_ATTENDED};

static struct unlock_key bound(const char *id, const char *type, const char *how)
{
    return (struct unlock_key){KEY_TPM, format("%s (%.64s, %s)", id, type, how)};
}

static struct unlock_key unreadable(const char *id)
{
    return bound(id, "clevis", "which cannot be read");
}

/* Whether all members are among `known`: others might mean something that is not looked at. */
static bool has_only(const struct json_object *object, const char *const *known)
{
    json_object_object_foreach((struct json_object *)object, key, value)
    {
        const char *const *name = known;

        (void)value;
        while (*name && !streq(*name, key))
            name++;
        if (!*name)
            return false;
    }
    return true;
}

static struct json_object *member(const struct json_object *object, const char *key,
                                  enum json_type type)
{
    struct json_object *value = NULL;

    (void)json_object_object_get_ex(object, key, &value);
    return json_object_is_type(value, type) ? value : NULL;
}

/* Whether the member is missing, false, or an empty array. */
static bool is_empty(const struct json_object *object, const char *key)
{
    struct json_object *value;

    if (!json_object_object_get_ex(object, key, &value))
        return true;
    if (json_object_is_type(value, json_type_array))
        return json_object_array_length(value) == 0;
    return json_object_is_type(value, json_type_boolean) && !json_object_get_boolean(value);
}

/* "bound to PCRs 0+7", from an array of numbers. The caller frees it. */
static char *describe_pcrs(const struct json_object *pcrs)
{
    char text[128] = "";
    size_t n = pcrs ? json_object_array_length(pcrs) : 0, length = 0;

    if (n == 0)
        return xstrdup("bound by a policy");
    for (size_t i = 0; i < n && i < 24; i++)
        length += (size_t)snprintf(
            text + length, sizeof(text) - length, "%s%u", i ? "+" : "",
            (unsigned)json_object_get_int(json_object_array_get_idx(pcrs, i)) % 100);
    return format("bound to PCR%s %s", n > 1 ? "s" : "", text);
}

/* A token of systemd-cryptenroll. Without PCRs, signed PCRs and pcrlock, its policy requires at
 * most a PIN, which somebody has to type. */
static struct unlock_key judge_systemd(const char *id, const struct json_object *token)
{
    static const char *const KNOWN[] = {
        "type",          "keyslots",         "tpm2-blob",        "tpm2_blob", "tpm2-pcrs",
        "tpm2-pcr-bank", "tpm2_pcr_hash",    "tpm2-primary-alg", "tpm2-pin",  "tpm2-policy-hash",
        "tpm2_pcrlock",  "tpm2_pubkey_pcrs", "tpm2_salt",        "tpm2_srk",  NULL};
    struct json_object *pcrs = member(token, "tpm2-pcrs", json_type_array);
    AUTOFREE char *how = NULL;

    if (pcrs && json_object_array_length(pcrs) == 0 && has_only(token, KNOWN) &&
        is_empty(token, "tpm2_pcrlock") && is_empty(token, "tpm2_pubkey_pcrs"))
        return is_empty(token, "tpm2-pin") ? SURE : ATTENDED;
    how = describe_pcrs(pcrs);
    return bound(id, "systemd-tpm2", how);
}

static int digit_of(char sign)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *found = sign ? strchr(DIGITS, sign) : NULL;

    return found ? (int)(found - DIGITS) : -1;
}

/* Decodes base64url without padding. The caller frees it; NULL if it is invalid. */
static char *decode(const char *text, size_t length)
{
    AUTOFREE char *out = xcalloc(length / 4 * 3 + 4, 1);
    unsigned bits = 0, n_bits = 0;
    size_t n = 0;

    for (size_t i = 0; i < length; i++) {
        int digit = digit_of(text[i]);

        if (digit < 0)
            return NULL;
        bits = (bits << 6 | (unsigned)digit) & 0xffff;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            out[n] = (char)(bits >> n_bits);
            if (!out[n++])
                return NULL;
        }
    }
    return steal(&out);
}

static struct unlock_key judge_clevis(const char *id, const char *jwe, size_t length,
                                      unsigned depth);

/* Shamir's secret sharing: as many shares as are required must be sure. */
static struct unlock_key judge_shares(const char *id, const struct json_object *sss, unsigned depth)
{
    struct json_object *shares = member(sss, "jwe", json_type_array);
    size_t n = shares ? json_object_array_length(shares) : 0;
    int64_t sure = 0, needed = json_number(sss, "t", INT64_MAX);
    AUTOFREE char *text = NULL; /* of the first share that is bound to a TPM */

    if (n == 0 || n > MAX_SHARES)
        return unreadable(id);
    for (size_t i = 0; i < n; i++) {
        struct json_object *share = json_object_array_get_idx(shares, i);
        const char *jwe =
            json_object_is_type(share, json_type_string) ? json_object_get_string(share) : "";
        struct unlock_key key = judge_clevis(id, jwe, strlen(jwe), depth + 1);

        sure += key.kind == KEY_SURE;
        if (text)
            free(key.text);
        else
            text = key.text;
    }
    if (needed > 0 && sure >= needed)
        return SURE;
    return text ? (struct unlock_key){KEY_TPM, steal(&text)} : ATTENDED;
}

static struct unlock_key judge_tpm2(const char *id, const struct json_object *of_pin)
{
    static const char *const KNOWN[] = {"hash", "key", "jwk_pub", "jwk_priv", NULL};
    const char *pcrs = json_string(of_pin, "pcr_ids");
    AUTOFREE char *how = pcrs ? format("bound to PCR %.64s", pcrs) : xstrdup("bound by a policy");

    return has_only(of_pin, KNOWN) ? SURE : bound(id, "clevis with a TPM", how);
}

static struct unlock_key judge_pin(const char *id, const struct json_object *clevis, unsigned depth)
{
    const char *pin = json_string(clevis, "pin");
    const struct json_object *of_pin = pin ? member(clevis, pin, json_type_object) : NULL;

    if (pin && (streq(pin, "tang") || streq(pin, "null")))
        return SURE;
    if (pin && streq(pin, "pkcs11"))
        return ATTENDED; /* a smart card: not a TPM, but somebody may have to type a PIN */
    if (of_pin && streq(pin, "sss") && depth < MAX_NESTED)
        return judge_shares(id, of_pin, depth);
    if (of_pin && streq(pin, "tpm2"))
        return judge_tpm2(id, of_pin);
    return bound(id, "clevis", "with a pin that may be a TPM's");
}

static struct unlock_key judge_clevis(const char *id, const char *jwe, size_t length,
                                      unsigned depth)
{
    const char *dot = memchr(jwe, '.', length);
    size_t first = dot ? (size_t)(dot - jwe) : length;
    AUTOFREE char *text = first <= MAX_JWE ? decode(jwe, first) : NULL;
    AUTOJSON struct json_object *object = NULL;
    struct json_object *clevis = NULL;

    if (text && json_parse(text, &object) >= 0)
        clevis = member(object, "clevis", json_type_object);
    return clevis ? judge_pin(id, clevis, depth) : unreadable(id);
}

struct unlock_key luks_key_of_clevis(const char *id, const char *jwe, size_t length)
{
    return judge_clevis(id, jwe, length, 0);
}

struct unlock_key luks_key_of_token(const char *id, const struct json_object *token)
{
    static const char *const NEED_SOMEBODY[] = {"luks2-keyring", "systemd-fido2", "systemd-pkcs11",
                                                "systemd-recovery", "ubuntu-fde-recovery"};
    AUTOFREE char *name = format("token %s", id);
    const char *type = json_string(token, "type");
    const struct json_object *keyslots = member(token, "keyslots", json_type_array);

    if (keyslots && json_object_array_length(keyslots) == 0)
        return ATTENDED; /* not assigned to a key slot: it unlocks nothing */
    for (size_t i = 0; type && i < ELEMENTS(NEED_SOMEBODY); i++)
        if (streq(type, NEED_SOMEBODY[i]))
            return ATTENDED;
    if (type && streq(type, UNLOCK_TOKEN))
        return (struct unlock_key){.kind = KEY_OWN};
    if (type && streq(type, "systemd-tpm2"))
        return judge_systemd(name, token);
    if (type && streq(type, "clevis")) {
        const struct json_object *jwe = member(token, "jwe", json_type_object);
        const char *first = jwe ? json_string(jwe, "protected") : NULL;

        return luks_key_of_clevis(name, first ? first : "", first ? strlen(first) : 0);
    }
    return bound(name, type ? type : "of no type", "which may be a TPM's");
}

void luks_keys_add(struct luks_keys *keys, struct unlock_key key)
{
    keys->sure = keys->sure || key.kind == KEY_SURE;
    keys->own = keys->own || key.kind == KEY_OWN;
    if (keys->tpm)
        free(key.text);
    else
        keys->tpm = key.text;
}

void luks_keys_clear(struct luks_keys *keys)
{
    free(keys->tpm);
    free(keys->uuid);
    *keys = (struct luks_keys){0};
}
