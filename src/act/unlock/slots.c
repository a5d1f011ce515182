/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/unlock/slots.h"

#include <errno.h>

#include "act/unlock/cryptsetup.h"
#include "base/util.h"

#ifdef HAVE_CRYPTSETUP

#include "base/json.h"
#include "facts/unlock.h"

enum {
    MAX_TOKENS = 32,
    MAX_SLOTS = 32,
    /* The key is random: guessing it is hopeless without a slow function, too. */
    ITERATIONS = 1000,
};

/* An open header. */
struct header {
    const struct cryptsetup *lib;
    struct crypt_device *device;
    char *message; /* what the library said last about an error */
};

static void keep_message(int level, const char *text, void *data)
{
    struct header *header = data;

    if (level == CRYPT_LOG_ERROR)
        set_text(&header->message, xstrndup(text, strcspn(text, "\n")));
}

static void header_close(struct header *header)
{
    if (header->device)
        header->lib->crypt_free(header->device);
    if (header->lib)
        header->lib->crypt_set_log_callback(NULL, NULL, NULL);
    free(header->message);
}

/* -ENOENT is the library's word for many things. */
static int fail(struct header *header, int error, const char *what, char **ret_error)
{
    *ret_error = format("%s: %s", what, header->message ? header->message : strerror(-error));
    return error;
}

static int header_open(struct header *header, const char *device, char **ret_error)
{
    const char *problem;
    int r;

    header->lib = cryptsetup_open(&problem);
    if (!header->lib) {
        *ret_error = xstrdup(problem);
        return -ENOPKG;
    }
    header->lib->crypt_set_log_callback(NULL, keep_message, header);
    r = header->lib->crypt_init(&header->device, device);
    if (r < 0)
        return fail(header, r, device, ret_error);
    r = header->lib->crypt_load(header->device, NULL, NULL);
    return r < 0 ? fail(header, r, device, ret_error) : 0;
}

static bool is_luks2(const struct header *header)
{
    const char *type = header->lib->crypt_get_type(header->device);

    return type && streq(type, CRYPT_LUKS2);
}

/* The keyslot in fastreboot's token, or -1. */
static int slot_in(const char *json)
{
    AUTOJSON struct json_object *token = json_tokener_parse(json);
    struct json_object *type, *slots;

    if (!json_object_object_get_ex(token, "type", &type) ||
        !streq(json_object_get_string(type), UNLOCK_TOKEN) ||
        !json_object_object_get_ex(token, "keyslots", &slots) ||
        json_object_array_length(slots) != 1)
        return -1;
    return json_object_get_int(json_object_array_get_idx(slots, 0));
}

/* The number of fastreboot's token from `from` on, and its slot or -1; or -ENOENT. */
static int find_token(const struct header *header, int from, int *ret_slot)
{
    for (int i = from; i < MAX_TOKENS; i++) {
        const char *type = NULL, *json;

        if (header->lib->crypt_token_status(header->device, i, &type) <= CRYPT_TOKEN_INACTIVE ||
            !type || !streq(type, UNLOCK_TOKEN) ||
            header->lib->crypt_token_json_get(header->device, i, &json) < 0)
            continue;
        *ret_slot = slot_in(json);
        return i;
    }
    return -ENOENT;
}

/* A slot that the key opens, or a negative errno: -EPERM or -ENOENT if it opens none. */
static int open_slot(const struct header *header, int slot, const struct secret *key)
{
    return header->lib->crypt_activate_by_passphrase(header->device, NULL, slot,
                                                     (const char *)key->data, key->size, 0);
}

/* Whether the slot has the function against guessing of those that fastreboot adds. */
static bool is_own_kind(const struct header *header, int slot)
{
    struct crypt_pbkdf_type pbkdf;

    return header->lib->crypt_keyslot_get_pbkdf(header->device, slot, &pbkdf) >= 0 &&
           streq(pbkdf.type, CRYPT_KDF_PBKDF2) && pbkdf.iterations <= ITERATIONS;
}

/* Whether the key opens the slot: 1, 0 or a negative errno. */
static int test_slot(const struct header *header, int slot, const struct secret *key)
{
    int r = open_slot(header, slot, key);

    return r >= 0 ? 1 : r == -EPERM || r == -ENOENT ? 0 : r;
}

/* LUKS1 does not say which slot it is. Those with a slow function are somebody's passphrase. */
static int find_unmarked_slot(const struct header *header, const struct secret *key, int *ret_slot)
{
    int r = 0;

    for (int i = 0; r == 0 && i < MAX_SLOTS; i++) {
        if (header->lib->crypt_keyslot_status(header->device, i) < CRYPT_SLOT_ACTIVE ||
            !is_own_kind(header, i))
            continue;
        *ret_slot = i;
        r = test_slot(header, i, key);
    }
    return r;
}

/* The slot that the key opens: 1, 0 or a negative errno. */
static int find_slot(const struct header *header, const struct secret *key, int *ret_slot)
{
    if (!is_luks2(header))
        return find_unmarked_slot(header, key, ret_slot);
    if (find_token(header, 0, ret_slot) < 0 || *ret_slot < 0)
        return 0;
    return test_slot(header, *ret_slot, key);
}

/* Removes the tokens: those of earlier slots, which may be gone. */
static int remove_tokens(struct header *header)
{
    int slot, token, r = 0;

    while (r >= 0 && (token = find_token(header, 0, &slot)) >= 0)
        r = header->lib->crypt_token_json_set(header->device, token, NULL);
    return r < 0 ? r : 0;
}

static int mark_slot(struct header *header, int slot)
{
    AUTOFREE char *json =
        format("{\"type\":\"" UNLOCK_TOKEN "\",\"keyslots\":[\"%d\"],\"version\":1}", slot);
    int r = remove_tokens(header);

    if (r >= 0)
        r = header->lib->crypt_token_json_set(header->device, CRYPT_ANY_TOKEN, json);
    /* The initrd tries it first, and not after somebody's slow one. */
    if (r >= 0)
        (void)header->lib->crypt_keyslot_set_priority(header->device, slot,
                                                      CRYPT_SLOT_PRIORITY_PREFER);
    return r < 0 ? r : 0;
}

static int add(struct header *header, const struct secret *passphrase, const struct secret *key)
{
    int r = header->lib->crypt_set_pbkdf_type(
        header->device, &(struct crypt_pbkdf_type){.type = CRYPT_KDF_PBKDF2,
                                                   .hash = "sha256",
                                                   .iterations = ITERATIONS,
                                                   .flags = CRYPT_PBKDF_NO_BENCHMARK});

    if (r < 0)
        return r;
    return header->lib->crypt_keyslot_add_by_passphrase(
        header->device, CRYPT_ANY_SLOT, (const char *)passphrase->data, passphrase->size,
        (const char *)key->data, key->size);
}

int slot_add(const char *device, const char *uuid, const struct secret *passphrase,
             const struct secret *key, char **ret_error)
{
    CLEANUP(header_close) struct header header = {0};
    int r = header_open(&header, device, ret_error), slot;

    if (r < 0)
        return r;
    if (!streq(header.lib->crypt_get_uuid(header.device), uuid)) {
        *ret_error = format("%s: it is another volume's header", device);
        return -EBADMSG;
    }
    slot = add(&header, passphrase, key);
    if (slot < 0)
        return fail(&header, slot, device, ret_error);
    r = open_slot(&header, slot, key);
    if (r >= 0 && is_luks2(&header))
        r = mark_slot(&header, slot);
    if (r >= 0)
        return 0;
    (void)header.lib->crypt_keyslot_destroy(header.device, slot);
    return fail(&header, r, device, ret_error);
}

/* Without locks: the load at shutdown runs where nothing but fastreboot's files can be written. */
int slot_test(const char *device, const struct secret *key, char **ret_error)
{
    CLEANUP(header_close) struct header header = {0};
    const char *problem;
    const struct cryptsetup *lib = cryptsetup_open(&problem);
    int r, slot;

    if (lib)
        (void)lib->crypt_metadata_locking(NULL, 0);
    r = header_open(&header, device, ret_error);
    if (r >= 0)
        r = find_slot(&header, key, &slot);
    if (lib)
        (void)lib->crypt_metadata_locking(NULL, 1);
    if (r < 0 && !*ret_error)
        (void)fail(&header, r, device, ret_error);
    return r;
}

int slot_opens(const char *device, const struct secret *passphrase, char **ret_error)
{
    CLEANUP(header_close) struct header header = {0};
    int r = header_open(&header, device, ret_error);

    if (r < 0)
        return r;
    r = test_slot(&header, CRYPT_ANY_SLOT, passphrase);
    return r < 0 ? fail(&header, r, device, ret_error) : r;
}

/* The slot to remove, or -1. */
static int slot_to_remove(const struct header *header, const struct secret *key)
{
    int slot = -1;

    if (!is_luks2(header))
        return key && find_slot(header, key, &slot) > 0 ? slot : -1;
    (void)find_token(header, 0, &slot);
    return slot >= 0 && is_own_kind(header, slot) ? slot : -1;
}

int slot_remove(const char *device, const struct secret *key, char **ret_error)
{
    CLEANUP(header_close) struct header header = {0};
    int r = header_open(&header, device, ret_error), slot;
    bool found;

    if (r < 0)
        return r;
    slot = slot_to_remove(&header, key);
    found = slot >= 0;
    if (found && header.lib->crypt_keyslot_status(header.device, slot) == CRYPT_SLOT_ACTIVE_LAST) {
        *ret_error = format("%s: keyslot %d is the only one: add a passphrase first "
                            "(`cryptsetup luksAddKey`)",
                            device, slot);
        return -EBUSY;
    }
    if (found)
        r = header.lib->crypt_keyslot_destroy(header.device, slot);
    if (r >= 0 && is_luks2(&header))
        r = remove_tokens(&header);
    return r < 0 ? fail(&header, r, device, ret_error) : found;
}

#else

static int missing(char **ret_error)
{
    *ret_error = xstrdup("fastreboot was built without libcryptsetup");
    return -ENOPKG;
}

int slot_add(const char *device, const char *uuid, const struct secret *passphrase,
             const struct secret *key, char **ret_error)
{
    (void)device, (void)uuid, (void)passphrase, (void)key;
    return missing(ret_error);
}

int slot_test(const char *device, const struct secret *key, char **ret_error)
{
    (void)device, (void)key;
    return missing(ret_error);
}

int slot_opens(const char *device, const struct secret *passphrase, char **ret_error)
{
    (void)device, (void)passphrase;
    return missing(ret_error);
}

int slot_remove(const char *device, const struct secret *key, char **ret_error)
{
    (void)device, (void)key;
    return missing(ret_error);
}

#endif
