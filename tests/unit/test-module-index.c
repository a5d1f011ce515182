/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/module-index.h"

#include <errno.h>
#include <fcntl.h>

#include "base/fd.h"
#include "base/root.h"
#include "discover/kernel/modules.h"
#include "test.h"
#include "tree.h"

static const char DEP[] = "lib/modules/6.1.0/modules.dep.bin";

static int collect(const char *key, const char *value, void *data)
{
    char *text = data;

    strcat(strcat(strcat(strcat(text, key), "="), value), " ");
    return 0;
}

static void expect_match(const char *key, const char *name, bool expected)
{
    char seen[256] = "", found[256];
    unsigned char index[256] = {0xb0, 0x07, 0xf4, 0x57, 0, 2, 0, 1, 0xc0, 0, 0, 12};
    size_t n = 12 + (size_t)sprintf((char *)index + 12, "%s", key) + 1;

    index[n + 3] = 1;
    n += 8;
    n += (size_t)sprintf((char *)index + n, "module") + 1;
    assert_int_equal(module_index_walk((char *)index, n, name, collect, seen), 0);
    snprintf(found, sizeof(found), "%s=module ", key);
    if (!streq(seen, expected ? found : ""))
        fail_msg("\"%s\" for \"%s\": \"%s\"", key, name, seen);
}

static void patterns_match_as_modprobe_does(void **state)
{
    (void)state;
    expect_match("pci:v00008086d00001533sv*sd*bc*sc*i*", "pci:v00008086d00001533sv1sd2bc03sc00i00",
                 true);
    expect_match("pci:v00008086d00001533sv*sd*bc*sc*i*", "pci:v00008086d00001534sv1sd2bc03sc00i00",
                 false);
    expect_match("usb:v1d[0-9]*", "usb:v1d7x", true);
    expect_match("usb:v1d[0-9]*", "usb:v1dAx", false);
    expect_match("usb:v1d[89A-F]", "usb:v1dC", true);
    expect_match("usb:v1d[!8]", "usb:v1d8", false);
    expect_match("usb:v1d[]8]", "usb:v1d]", true);
    expect_match("a?c", "abc", true);
    expect_match("a?c", "ac", false);
    expect_match("abc", "abc", true);
    expect_match("abc", "abcd", false);
    expect_match("abc", "ab", false);
    expect_match("*", "", true);
    expect_match("a[b", "a[b", true); /* an unterminated set is literal text */
    expect_match("*a*b*c*d*e*f*g*h*", "abcdefg", false);
}

static void names_are_written_with_underscores(void **state)
{
    static const char *const CASES[][2] = {
        {"snd-hda-intel", "snd_hda_intel"}, {"a[0-9]-b", "a[0-9]_b"}, {"", ""}, {"a]-[", "a]_["}};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        char name[32];

        strcpy(name, CASES[i][0]);
        module_name_normalise(name);
        assert_string_equal(name, CASES[i][1]);
    }
}

/* Files that made libkmod crash, or use up memory. */
static void damaged_indexes_are_said_to_be(void **state)
{
    static const char *const NAMES[] = {"count", "cycle", "cycle-values", "oob"};
    const struct tree *tree = *state;

    tree_modules(tree, "6.1.0", 1);
    for (size_t i = 0; i < ELEMENTS(NAMES); i++) {
        AUTOFREE char *path = format(SOURCE_ROOT "/tests/fuzz/corpus/module-index/%s", NAMES[i]);
        AUTOFREE char *data = NULL, *problem = NULL;
        AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
        size_t length, name;

        assert_int_equal(fd_read(fd, 4096, &data, &length), 0);
        name = strlen(data) + 1;
        tree_write_bytes(tree, DEP, data + name, length - name);
        tree_write_bytes(tree, "lib/modules/6.1.0/modules.alias.bin", data + name, length - name);
        assert_int_equal(modules_check(tree->root, "/lib/modules/6.1.0", &problem), -ENOEXEC);
        assert_string_equal(problem, "/lib/modules/6.1.0/modules.dep.bin: damaged");
        assert_true(modules_have(tree->root, "/lib/modules/6.1.0", "usb:v1", "a") <= 0);
    }
}

static void every_cut_is_noticed_or_harmless(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *index = NULL;
    size_t length;

    tree_modules(tree, "6.1.0", 20);
    assert_int_equal(root_read(tree->root, DEP, 4096, &index, &length), 0);
    for (size_t n = 0; n <= length; n++) {
        char seen[4096] = "";
        AUTOFREE char *cut =
            xcalloc(1, n + 1); /* so that a sanitizer notices reads after the end */
        int r;

        memcpy(cut, index, n);
        r = module_index_walk(cut, n, NULL, collect, seen);
        assert_int_equal(r, n == length ? 0 : -EBADMSG);
    }
}

static void an_index_that_is_no_file_is_not_waited_for(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *problem = NULL;

    tree_modules(tree, "6.1.0", 1);
    tree_remove(tree, DEP);
    assert_int_equal(mkfifoat(tree->root, DEP, 0600), 0);
    assert_int_equal(modules_check(tree->root, "/lib/modules/6.1.0", &problem), -ENOEXEC);
    assert_non_null(strstr(problem, "modules.dep.bin"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(patterns_match_as_modprobe_does),
        TEST(names_are_written_with_underscores),
        TEST(damaged_indexes_are_said_to_be),
        TEST(every_cut_is_noticed_or_harmless),
        TEST(an_index_that_is_no_file_is_not_waited_for),
    };

    return RUN_TESTS(tests);
}
