/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/crypt/luks.h"

#include <fcntl.h>

#include "luks-made.h"
#include "test.h"
#include "tree.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)
#define TPM2(more)                                                                                 \
    "{\"type\":\"systemd-tpm2\",\"keyslots\":[\"1\"],\"tpm2-blob\":\"AA==\"," more "}"

/* Asserts what the header at "h" says, or its problem. */
static void expect(const struct tree *tree, int result, const char *tpm, bool sure,
                   const char *problem)
{
    CLEANUP(luks_keys_clear) struct luks_keys keys;
    const char *found;
    AUTOCLOSE int fd = openat(tree->root, "h", O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(luks_keys_read(fd, &keys, &found), result);
    if (problem) {
        assert_string_equal(found, problem);
        return;
    }
    assert_null(found);
    assert_string_equal(keys.uuid, LUKS_UUID);
    if (tpm)
        assert_string_equal(keys.tpm ? keys.tpm : "none", tpm);
    else
        assert_string_equal(keys.tpm ? keys.tpm : "none", "none");
    assert_int_equal(keys.sure, sure);
}

static void expect_token(const struct tree *tree, const char *token, const char *tpm, bool sure)
{
    AUTOFREE char *tokens = format("\"0\":%s", token);

    made_luks2(tree, "h", tokens);
    expect(tree, 0, tpm, sure, NULL);
}

static void expect_clevis(const struct tree *tree, const char *config, const char *tpm, bool sure)
{
    AUTOFREE char *token = made_clevis(config);

    expect_token(tree, token, tpm, sure);
}

static void passphrases_need_somebody(void **state)
{
    made_luks2(*state, "h", "");
    expect(*state, 0, NULL, false, NULL);
    expect_token(*state, "{\"type\":\"systemd-recovery\",\"keyslots\":[\"0\"]}", NULL, false);
    expect_token(*state, "{\"type\":\"systemd-fido2\",\"keyslots\":[\"0\"]}", NULL, false);
}

static void keys_of_systemd(void **state)
{
    expect_token(*state, TPM2("\"tpm2-pcrs\":[7],\"tpm2-pcr-bank\":\"sha256\""),
                 "token 0 (systemd-tpm2, bound to PCR 7)", false);
    expect_token(*state, TPM2("\"tpm2-pcrs\":[0,7,11]"),
                 "token 0 (systemd-tpm2, bound to PCRs 0+7+11)", false);
    expect_token(*state, TPM2("\"tpm2-pcrs\":[7],\"tpm2-pin\":true"),
                 "token 0 (systemd-tpm2, bound to PCR 7)", false);
    /* Nothing that a kexec would change. */
    expect_token(*state, TPM2("\"tpm2-pcrs\":[],\"tpm2_pubkey_pcrs\":[],\"tpm2_pcrlock\":false"),
                 NULL, true);
    expect_token(*state, TPM2("\"tpm2-pcrs\":[],\"tpm2-pin\":true,\"tpm2_salt\":\"AA\""), NULL,
                 false);
    /* Not assigned to a key slot. */
    expect_token(*state, "{\"type\":\"systemd-tpm2\",\"keyslots\":[],\"tpm2-pcrs\":[7]}", NULL,
                 false);
}

static void policies_without_pcrs_of_their_own(void **state)
{
    static const char *const MORE[] = {
        "\"tpm2-pcrs\":[],\"tpm2_pubkey_pcrs\":[11]",
        "\"tpm2-pcrs\":[],\"tpm2_pcrlock\":true",
        "\"tpm2-pcrs\":[],\"tpm2_pcrlock_nv\":\"AA\"",
        "\"tpm2-pcrs\":[],\"tpm2_what_comes_next\":1",
        "\"tpm2-pcrs\":0",
        "\"a\":1",
    };

    for (size_t i = 0; i < ELEMENTS(MORE); i++) {
        AUTOFREE char *token = format(TPM2("%s"), MORE[i]);

        expect_token(*state, token, "token 0 (systemd-tpm2, bound by a policy)", false);
    }
}

static void keys_of_clevis(void **state)
{
    expect_clevis(*state, "{\"pin\":\"tang\",\"tang\":{\"url\":\"http://t\"}}", NULL, true);
    expect_clevis(*state, "{\"pin\":\"tpm2\",\"tpm2\":{\"hash\":\"sha256\",\"key\":\"ecc\"}}", NULL,
                  true);
    expect_clevis(*state, "{\"pin\":\"tpm2\",\"tpm2\":{\"hash\":\"sha256\",\"pcr_ids\":\"0,7\"}}",
                  "token 0 (clevis with a TPM, bound to PCR 0,7)", false);
    expect_clevis(*state, "{\"pin\":\"tpm2\",\"tpm2\":{\"policy\":1}}",
                  "token 0 (clevis with a TPM, bound by a policy)", false);
    expect_clevis(*state, "{\"pin\":\"pkcs11\",\"pkcs11\":{}}", NULL, false);
    expect_clevis(*state, "{\"pin\":\"tpm2plus\",\"tpm2plus\":{}}",
                  "token 0 (clevis, with a pin that may be a TPM's)", false);
    expect_token(*state, "{\"type\":\"clevis\",\"keyslots\":[\"1\"],\"jwe\":{\"protected\":\"?\"}}",
                 "token 0 (clevis, which cannot be read)", false);
    expect_token(*state, "{\"type\":\"clevis\",\"keyslots\":[\"1\"]}",
                 "token 0 (clevis, which cannot be read)", false);
}

static void shares_of_clevis(void **state)
{
    static const char TANG[] = "{\"pin\":\"tang\",\"tang\":{}}";
    static const char TPM[] = "{\"pin\":\"tpm2\",\"tpm2\":{\"pcr_ids\":\"7\"}}";
    AUTOFREE char *tang = made_jwe(TANG), *tpm = made_jwe(TPM);

    for (int needed = 1; needed <= 2; needed++) {
        AUTOFREE char *both = format("{\"pin\":\"sss\",\"sss\":{\"jwe\":[\"%s\",\"%s\"],\"t\":%d}}",
                                     tpm, tang, needed);
        AUTOFREE char *inner = made_jwe(both);
        AUTOFREE char *outer =
            format("{\"pin\":\"sss\",\"sss\":{\"jwe\":[\"%s\"],\"t\":1}}", inner);
        const char *words = needed == 1 ? NULL : "token 0 (clevis with a TPM, bound to PCR 7)";

        expect_clevis(*state, both, words, needed == 1);
        expect_clevis(*state, outer, words, needed == 1);
    }
    expect_clevis(*state, "{\"pin\":\"sss\",\"sss\":{\"t\":0,\"jwe\":[]}}",
                  "token 0 (clevis, which cannot be read)", false);
}

static void shares_in_shares_have_an_end(void **state)
{
    char *config = strdup("{\"pin\":\"tang\",\"tang\":{}}");

    for (int i = 0; i < 5; i++) {
        AUTOFREE char *jwe = made_jwe(config);

        free(config);
        config = format("{\"pin\":\"sss\",\"sss\":{\"jwe\":[\"%s\"],\"t\":1}}", jwe);
    }
    expect_clevis(*state, config, "token 0 (clevis, with a pin that may be a TPM's)", false);
    free(config);
}

static void what_is_not_known_may_be_a_tpms(void **state)
{
    expect_token(*state, "{\"type\":\"ubuntu-fde\",\"keyslots\":[\"0\"]}",
                 "token 0 (ubuntu-fde, which may be a TPM's)", false);
    expect_token(*state, "{}", "token 0 (of no type, which may be a TPM's)", false);
}

static void several_keys(void **state)
{
    AUTOFREE char *tang = made_clevis("{\"pin\":\"tang\",\"tang\":{}}");
    AUTOFREE char *tokens = format("\"0\":{\"type\":\"systemd-recovery\",\"keyslots\":[\"2\"]},"
                                   "\"3\":" TPM2("\"tpm2-pcrs\":[7]") ",\"4\":%s",
                                   tang);

    made_luks2(*state, "h", tokens);
    expect(*state, 0, "token 3 (systemd-tpm2, bound to PCR 7)", true, NULL);
}

/* Overwrites a part of a good header at `offset`. */
static void spoil(const struct tree *tree, size_t offset, const void *bytes, size_t n)
{
    AUTOCLOSE int fd = -1;

    made_luks2(tree, "h", "");
    fd = openat(tree->root, "h", O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, bytes, n, (off_t)offset), n);
}

static void damaged_headers(void **state)
{
    static const char DIFFER[] = "the two copies of the LUKS2 header differ";
    static const struct {
        size_t offset;
        const char *bytes;
        size_t n;
        const char *problem;
    } CASES[] = {
        {0, "XUKS", 4, "there is no LUKS header"},
        {7, "\3", 1, "the LUKS header has an unknown version"},
        {12, "\0\0\x50", 3, "the LUKS2 header is damaged"}, /* size: not a power of two */
        {13, "\0\0\0", 3, "the LUKS2 header is damaged"},
        {8, "\1", 1, "the LUKS2 header is damaged"},
        {14, "\x80", 1, "the LUKS2 header is cut off"}, /* the second is after the end */
        {263, "\1", 1, "a copy of the LUKS2 header is damaged"},
        {23, "\4", 1, DIFFER},      /* sequence */
        {168, "f", 1, DIFFER},      /* uuid */
        {4096 + 3, "!", 1, DIFFER}, /* json */
        {LUKS2_COPY + 4096 + 3, "!", 1, DIFFER},
        {LUKS2_COPY, "LUKS", 4, "a copy of the LUKS2 header is damaged"},
    };

    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        spoil(*state, CASES[i].offset, CASES[i].bytes, CASES[i].n);
        expect(*state, -EBADMSG, NULL, false, CASES[i].problem);
    }
    tree_write(*state, "h", "LUKS");
    expect(*state, -EBADMSG, NULL, false, "there is no LUKS header");
}

static void texts_that_are_no_header(void **state)
{
    /* After the tokens a brace is left over, or one is missing. */
    made_luks2(*state, "h", "}},{{{");
    expect(*state, -EBADMSG, NULL, false, "the LUKS2 header is damaged");
    made_luks2(*state, "h", "\"0\":[]");
    expect(*state, -EBADMSG, NULL, false, "the LUKS2 header has a token that is not an object");
    made_luks2(*state, "h", "},\"tokens\":[],\"x\":{");
    expect(*state, -EBADMSG, NULL, false, "the LUKS2 header has no list of tokens");
}

static void luks1(void **state)
{
    AUTOFREE char *tang = made_jwe("{\"pin\":\"tang\",\"tang\":{}}");
    AUTOFREE char *tpm = made_jwe("{\"pin\":\"tpm2\",\"tpm2\":{\"pcr_ids\":\"7\"}}");

    made_luks1(*state, "h", NULL);
    expect(*state, 0, NULL, false, NULL);
    made_luks1(*state, "h", tang);
    expect(*state, 0, NULL, true, NULL);
    made_luks1(*state, "h", tpm);
    expect(*state, 0, "luksmeta slot 1 (clevis with a TPM, bound to PCR 7)", false, NULL);
    made_luks1(*state, "h", "");
    expect(*state, 0, "luksmeta slot 1 (clevis, which cannot be read)", false, NULL);
    tree_write_bytes(*state, "h", "LUKS\xba\xbe\0\1", 8);
    expect(*state, -EBADMSG, NULL, false, "the LUKS1 header is damaged");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(passphrases_need_somebody),
        TEST(keys_of_systemd),
        TEST(policies_without_pcrs_of_their_own),
        TEST(keys_of_clevis),
        TEST(shares_of_clevis),
        TEST(shares_in_shares_have_an_end),
        TEST(what_is_not_known_may_be_a_tpms),
        TEST(several_keys),
        TEST(damaged_headers),
        TEST(texts_that_are_no_header),
        TEST(luks1),
    };

    return RUN_TESTS(tests);
}
