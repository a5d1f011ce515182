/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Compiled twice: with the compiler's char, and with an unsigned one as on arm64. */

#include "base/efivar.h"

#include "test.h"
#include "tree.h"

static const char PATH[] = EFIVARS_DIR "/Name-" EFI_GUID_LOADER;

static void expect_text(const struct tree *tree, const void *bytes, size_t n, const char *expected)
{
    AUTOFREE char *text = NULL;

    tree_write_bytes(tree, PATH, bytes, n);
    assert_int_equal(efivar_read_text(tree->root, "Name-" EFI_GUID_LOADER, &text), 1);
    assert_string_equal(text, expected);
}

static void only_ascii_is_kept(void **state)
{
    expect_text(*state, "\6\0\0\0a\0b\0\0\0c\0", 12, "ab");
    expect_text(*state, "\6\0\0\0a\0\xe4\0\x7f\0\x80\0\xff\0b\0", 16, "a?\x7f??b");
    expect_text(*state, "\6\0\0\0a\1\0\1\x61\xff\x62", 11, "???");
    expect_text(*state, "\6\0\0\0", 4, "");
}

static void attributes_have_to_be_there(void **state)
{
    const struct tree *tree = *state;
    char *data = NULL;
    size_t length;

    assert_int_equal(efivar_read(tree->root, "Name-" EFI_GUID_LOADER, &data, &length), 0);
    tree_write_bytes(tree, PATH, "\6\0\0", 3);
    assert_int_equal(efivar_read(tree->root, "Name-" EFI_GUID_LOADER, &data, &length), -EBADMSG);
    assert_null(data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_ascii_is_kept),
        TEST(attributes_have_to_be_there),
    };

    return RUN_TESTS(tests);
}
