/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/load.h"

#include <fcntl.h>

#include "base/paths.h"
#include "fakes.h"
#include "reboot/notes.h"
#include "test.h"

static int setup(void **state)
{
    const struct tree *tree;

    assert_int_equal(tree_setup(state), 0);
    tree = *state;
    tree_debian(tree);
    fake_reset(tree);
    return 0;
}

static int load(const struct tree *tree, char **ret_id)
{
    CLEANUP(survey_clear) struct survey survey;
    AUTOFREE char *error = NULL;
    int r;

    survey_make(tree->root, PURPOSE_LOAD, &survey);
    assert_true(survey.verdict.fast);
    r = load_kernel(tree->root, &survey, ret_id, &error);
    assert_int_equal(r < 0, error != NULL);
    return r;
}

static void the_same_is_loaded_once(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *first = NULL, *second = NULL, *third = NULL;

    assert_int_equal(load(tree, &first), 0);
    assert_int_equal(load(tree, &second), 0);
    assert_int_equal(fake.loads, 1);
    assert_string_equal(first, second);
    tree_write(tree, "boot/initrd.img-6.1.0-33-amd64", "another one");
    assert_int_equal(load(tree, &third), 0);
    assert_int_equal(fake.loads, 2);
    assert_string_not_equal(first, third);
}

static void what_does_not_load_leaves_nothing(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *first = NULL, *second = NULL, *loaded = NULL;

    assert_int_equal(load(tree, &first), 0);
    tree_write(tree, "boot/initrd.img-6.1.0-33-amd64", "another one");
    fake.load_error = ENOEXEC;
    assert_int_equal(load(tree, &second), -ENOEXEC);
    assert_null(second);
    loaded = tree_read(tree, "sys/kernel/kexec_loaded");
    assert_string_equal(loaded, "0\n");
    assert_null(tree_read(tree, RUN_LOADED));
}

/* It would pass for another program's. */
static void without_a_note_nothing_is_loaded(void **state)
{
    const struct tree *tree = *state;
    char *id = NULL;

    tree_mkdir(tree, RUN_LOADED "/in the way");
    assert_int_equal(load(tree, &id), -EISDIR);
    assert_int_equal(fake.loads, 0);
}

static void only_what_is_loaded_is_dropped(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *id = NULL;

    assert_int_equal(load_drop(tree->root), 0);
    assert_int_equal(load_drop_all(tree->root), 0);
    assert_int_equal(fake.unloads, 0); /* each counts for kernel.kexec_load_limit_reboot */
    assert_int_equal(load(tree, &id), 0);
    assert_int_equal(load_drop(tree->root), 1);
    tree_write(tree, "sys/kernel/kexec_loaded", "1\n");
    assert_int_equal(load_drop(tree->root), 0);
    assert_int_equal(fake.unloads, 1);
    assert_int_equal(load_drop_all(tree->root), 1);
    assert_int_equal(fake.unloads, 2);
}

static void expect_early(const struct tree *tree, int loads)
{
    fake.loads = 0;
    load_early(tree->root);
    assert_int_equal(fake.loads, loads);
    (void)load_drop_all(tree->root);
}

static void early_only_with_a_guard(void **state)
{
    static const char LINK[] = "etc/systemd/system/kexec.target.wants/" JUMP_UNIT;
    const struct tree *tree = *state;

    expect_early(tree, 0);
    tree_write(tree, CONFIG_FILE, "load = early\n");
    expect_early(tree, 1);
    tree_link(tree, "run/systemd/system/" JUMP_UNIT, "/dev/null");
    expect_early(tree, 0);
    tree_remove(tree, "run/systemd/system/" JUMP_UNIT);
    tree_remove(tree, LINK);
    expect_early(tree, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_same_is_loaded_once),          TEST(what_does_not_load_leaves_nothing),
        TEST(without_a_note_nothing_is_loaded), TEST(only_what_is_loaded_is_dropped),
        TEST(early_only_with_a_guard),
    };

    return RUN_TESTS(tests);
}
