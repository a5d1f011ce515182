/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/records.h"

#include <fcntl.h>

#include "base/paths.h"
#include "test.h"
#include "tree.h"

static void expect_text(const struct tree *tree, const char *path, const char *expected)
{
    AUTOFREE char *text = tree_read(tree, path);

    assert_string_equal(text, expected);
}

static bool exists(const struct tree *tree, const char *path)
{
    return faccessat(tree->root, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static const struct boot_record RECORD = {.text = (char *)"fast", .time = 5};

static int lines_in_history(const struct tree *tree)
{
    CLEANUP(history_clear) struct history history;

    return records_read_history(tree->root, &history);
}

static void history_grows_to_its_limit(void **state)
{
    const struct tree *tree = *state;

    tree_mkdir(tree, STATE_DIR);
    tree_mkdir(tree, RUN_DIR);
    for (int i = 1; i < HISTORY_LINES + 5; i++) {
        records_write_boot(tree->root, &RECORD);
        assert_int_equal(lines_in_history(tree), i < HISTORY_LINES ? i : HISTORY_LINES);
    }
    assert_false(exists(tree, STATE_HISTORY ".damaged"));
}

static void a_damaged_history_is_set_aside(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *huge = malloc(HISTORY_BYTES + 2);

    tree_write(tree, STATE_HISTORY, "{\"outcome\":\"fast\",\"te");
    records_write_boot(tree->root, &RECORD);
    expect_text(tree, STATE_HISTORY ".damaged", "{\"outcome\":\"fast\",\"te");
    assert_int_equal(lines_in_history(tree), 1);
    tree_write_bytes(tree, STATE_HISTORY, "\0\0\0\0", 4);
    records_write_boot(tree->root, &RECORD);
    assert_int_equal(lines_in_history(tree), 1);
    memset(huge, '\n', HISTORY_BYTES + 1);
    huge[HISTORY_BYTES + 1] = 0;
    tree_write(tree, STATE_HISTORY, huge);
    records_write_boot(tree->root, &RECORD);
    assert_int_equal(lines_in_history(tree), 1);
    records_write_boot(tree->root, &RECORD);
    assert_int_equal(lines_in_history(tree), 2);
}

static void an_attempt_is_one_line(void **state)
{
    const struct tree *tree = *state;
    const struct attempt attempt = {.id = (char *)"1", .boot_id = (char *)"2\n", .time = 3};
    AUTOFREE char *text = NULL;

    tree_mkdir(tree, "var/lib");
    assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, &attempt), 0);
    text = tree_read(tree, STATE_ATTEMPT);
    assert_non_null(
        after_prefix(text, "{\"version\":2,\"state\":\"begun\",\"time\":3,\"id\":\"1\""));
    assert_string_equal(strchr(text, '\n') - 1, "}\n");
}

/* Leaves no zeros where the next function has its variables. */
__attribute__((noinline)) static void soil_the_stack(void)
{
    volatile char soil[16384];

    for (size_t i = 0; i < sizeof(soil); i++)
        soil[i] = (char)0xa5;
}

static void an_unknown_kernel_is_not_remembered(void **state)
{
    const struct tree *tree = *state;
    const struct attempt whole = {.kernel = (char *)"k", .release = (char *)"6.1"};
    struct attempt without[] = {whole, whole};

    without[0].kernel = without[1].release = NULL;
    tree_mkdir(tree, STATE_DIR);
    for (size_t i = 0; i < ELEMENTS(without); i++) {
        soil_the_stack();
        records_remember(tree->root, &without[i], "x");
        assert_false(exists(tree, STATE_FAILED));
    }
    records_remember(tree->root, &whole, "x");
    assert_true(exists(tree, STATE_FAILED));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(history_grows_to_its_limit),
        TEST(a_damaged_history_is_set_aside),
        TEST(an_attempt_is_one_line),
        TEST(an_unknown_kernel_is_not_remembered),
    };

    return RUN_TESTS(tests);
}
