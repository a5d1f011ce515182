/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/crypt/luks-key.h"

#include <errno.h>

#include "base/util.h"

enum {
    MAX_JWE = 64 * 1024,
    MAX_NESTED = 3, /* of clevis' sss in sss */
    MAX_SHARES = 64,
};

static int bound(const char *id, const char *type, char *how, struct unlock_key *ret_key)
{
    *ret_key = (struct unlock_key){
        .kind = KEY_TPM,
        .text = how ? format("%s (%.64s, %s)", id, type, how) : NULL,
    };
    free(how);
    return ret_key->text ? 0 : -ENOMEM;
}

/* No member but those in `known`, so that none says more than is looked at. */
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

/* Whether the member is left out, false, or an array without elements. */
static bool is_empty(const struct json_object *object, const char *key)
{
    struct json_object *value;

    if (!json_object_object_get_ex(object, key, &value))
        return true;
    if (json_object_is_type(value, json_type_array))
        return json_object_array_length(value) == 0;
    return json_object_is_type(value, json_type_boolean) && !json_object_get_boolean(value);
}

/* "bound to PCRs 0+7", of an array of numbers. */
static char *describe_pcrs(const struct json_object *pcrs)
{
    char text[128] = "";
    size_t n = pcrs ? json_object_array_length(pcrs) : 0, length = 0;

    if (n == 0)
        return strdup("bound by a policy");
    for (size_t i = 0; i < n && i < 24; i++)
        length += (size_t)snprintf(
            text + length, sizeof(text) - length, "%s%u", i ? "+" : "",
            (unsigned)json_object_get_int(json_object_array_get_idx(pcrs, i)) % 100);
    return format("bound to PCR%s %s", n > 1 ? "s" : "", text);
}

/* systemd-cryptenroll's. Without PCRs, signed PCRs and pcrlock its policy asks for nothing but
 * perhaps a PIN, for which somebody has to be there. */
static int judge_systemd(const char *id, const struct json_object *token,
                         struct unlock_key *ret_key)
{
    static const char *const KNOWN[] = {
        "type",          "keyslots",         "tpm2-blob",        "tpm2_blob", "tpm2-pcrs",
        "tpm2-pcr-bank", "tpm2_pcr_hash",    "tpm2-primary-alg", "tpm2-pin",  "tpm2-policy-hash",
        "tpm2_pcrlock",  "tpm2_pubkey_pcrs", "tpm2_salt",        "tpm2_srk",  NULL};
    struct json_object *pcrs = member(token, "tpm2-pcrs", json_type_array);

    if (pcrs && json_object_array_length(pcrs) == 0 && has_only(token, KNOWN) &&
        is_empty(token, "tpm2_pcrlock") && is_empty(token, "tpm2_pubkey_pcrs")) {
        ret_key->kind = is_empty(token, "tpm2-pin") ? KEY_SURE : KEY_ATTENDED;
        return 0;
    }
    return bound(id, "systemd-tpm2", describe_pcrs(pcrs), ret_key);
}

static int digit_of(char sign)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *found = sign ? strchr(DIGITS, sign) : NULL;

    return found ? (int)(found - DIGITS) : -1;
}

/* The text behind base64url without padding; -EBADMSG where it is none. */
static int decode(const char *text, size_t length, char **ret_text)
{
    AUTOFREE char *out = malloc(length / 4 * 3 + 4);
    unsigned bits = 0, n_bits = 0;
    size_t n = 0;

    if (!out)
        return -ENOMEM;
    for (size_t i = 0; i < length; i++) {
        int digit = digit_of(text[i]);

        if (digit < 0)
            return -EBADMSG;
        bits = (bits << 6 | (unsigned)digit) & 0xffff;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            out[n] = (char)(bits >> n_bits);
            if (!out[n++])
                return -EBADMSG;
        }
    }
    out[n] = 0;
    *ret_text = steal(&out);
    return 0;
}

static int judge_clevis(const char *id, const char *jwe, size_t length, unsigned depth,
                        struct unlock_key *ret_key);

/* Shamir's sharing: enough of the shares must be had for certain. */
static int judge_shares(const char *id, const struct json_object *sss, unsigned depth,
                        struct unlock_key *ret_key)
{
    struct json_object *shares = member(sss, "jwe", json_type_array);
    size_t n = shares ? json_object_array_length(shares) : 0;
    int64_t sure = 0, needed = json_number(sss, "t", INT64_MAX);
    AUTOFREE char *text = NULL;

    for (size_t i = 0; i < n && n <= MAX_SHARES; i++) {
        struct json_object *share = json_object_array_get_idx(shares, i);
        struct unlock_key key = {0};
        const char *jwe =
            json_object_is_type(share, json_type_string) ? json_object_get_string(share) : "";
        int r = judge_clevis(id, jwe, strlen(jwe), depth + 1, &key);

        if (r < 0)
            return r;
        sure += key.kind == KEY_SURE;
        if (text)
            free(key.text);
        else
            text = key.text;
    }
    if (needed > 0 && sure >= needed)
        ret_key->kind = KEY_SURE;
    else if (n > 0 && n <= MAX_SHARES && !text)
        ret_key->kind = KEY_ATTENDED;
    else
        ret_key->kind = KEY_TPM;
    if (ret_key->kind == KEY_TPM && !text)
        return bound(id, "clevis", strdup("and it cannot be read by what"), ret_key);
    if (ret_key->kind == KEY_TPM)
        ret_key->text = steal(&text);
    return 0;
}

static int judge_pin(const char *id, const struct json_object *clevis, unsigned depth,
                     struct unlock_key *ret_key)
{
    static const char *const KNOWN[] = {"hash", "key", "jwk_pub", "jwk_priv", NULL};
    const char *pin = json_string(clevis, "pin");
    const struct json_object *of_pin = pin ? member(clevis, pin, json_type_object) : NULL;
    const char *pcrs;

    if (pin && (streq(pin, "tang") || streq(pin, "null"))) {
        ret_key->kind = KEY_SURE;
        return 0;
    }
    if (of_pin && streq(pin, "sss") && depth < MAX_NESTED)
        return judge_shares(id, of_pin, depth, ret_key);
    if (pin && streq(pin, "pkcs11")) { /* a card: no TPM, but perhaps somebody with a PIN */
        ret_key->kind = KEY_ATTENDED;
        return 0;
    }
    if (!of_pin || !streq(pin, "tpm2"))
        return bound(id, "clevis", strdup("with a pin that may be a TPM's"), ret_key);
    if (has_only(of_pin, KNOWN)) {
        ret_key->kind = KEY_SURE;
        return 0;
    }
    pcrs = json_string(of_pin, "pcr_ids");
    return bound(id, "clevis with a TPM",
                 pcrs ? format("bound to PCR %.64s", pcrs) : strdup("bound by a policy"), ret_key);
}

static int judge_clevis(const char *id, const char *jwe, size_t length, unsigned depth,
                        struct unlock_key *ret_key)
{
    const char *dot = memchr(jwe, '.', length);
    AUTOFREE char *text = NULL;
    AUTOJSON struct json_object *object = NULL;
    struct json_object *clevis;
    size_t first = dot ? (size_t)(dot - jwe) : length;
    int r = first <= MAX_JWE ? decode(jwe, first, &text) : -EBADMSG;

    if (r >= 0)
        r = json_parse(text, &object);
    if (r == -ENOMEM)
        return r;
    clevis = r < 0 ? NULL : member(object, "clevis", json_type_object);
    if (!clevis)
        return bound(id, "clevis", strdup("and it cannot be read by what"), ret_key);
    return judge_pin(id, clevis, depth, ret_key);
}

int luks_key_of_clevis(const char *id, const char *jwe, size_t length, struct unlock_key *ret_key)
{
    *ret_key = (struct unlock_key){0};
    return judge_clevis(id, jwe, length, 0, ret_key);
}

int luks_key_of_token(const char *id, const struct json_object *token, struct unlock_key *ret_key)
{
    static const char *const ATTENDED[] = {"luks2-keyring", "systemd-fido2", "systemd-pkcs11",
                                           "systemd-recovery", "ubuntu-fde-recovery"};
    AUTOFREE char *name = format("token %s", id);
    const char *type = json_string(token, "type");
    const struct json_object *keyslots = member(token, "keyslots", json_type_array);

    *ret_key = (struct unlock_key){.kind = KEY_ATTENDED};
    if (!name)
        return -ENOMEM;
    if (keyslots && json_object_array_length(keyslots) == 0)
        return 0; /* assigned to no key: it unlocks nothing */
    for (size_t i = 0; type && i < ELEMENTS(ATTENDED); i++)
        if (streq(type, ATTENDED[i]))
            return 0;
    if (type && streq(type, "systemd-tpm2"))
        return judge_systemd(name, token, ret_key);
    if (type && streq(type, "clevis")) {
        const struct json_object *jwe = member(token, "jwe", json_type_object);
        const char *first = jwe ? json_string(jwe, "protected") : NULL;

        return luks_key_of_clevis(name, first ? first : "", first ? strlen(first) : 0, ret_key);
    }
    return bound(name, type ? type : "of no kind", strdup("which may be a TPM's"), ret_key);
}
