/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/search.h"

#include "test.h"
#include "tree.h"

/* Built with VENDOR_LIB as for the prefix /opt/x. */
#define OTHER "opt/x/lib"

static int take(void *data, const struct setting *setting, char **ret_problem)
{
    (void)ret_problem;
    set_text(data, format("%s in %s", setting->value, setting->file));
    return 1;
}

static void expect(const struct tree *tree, const char *name, const char *expected)
{
    AUTOFREE char *found = NULL, *error = NULL;

    assert_int_equal(settings_read_first(tree->root, name, take, &found, &error), 0);
    assert_string_equal(found, expected);
}

static void another_prefix_comes_last(void **state)
{
    CLEANUP(settings_files_clear) struct settings_files files;
    AUTOFREE char *error = NULL;

    tree_write(*state, OTHER "/x.conf", "a = 1\n");
    expect(*state, "x.conf", "1 in /" OTHER "/x.conf");
    tree_write(*state, "usr/lib/x.conf", "a = 2\n");
    expect(*state, "x.conf", "2 in /usr/lib/x.conf");
    tree_write(*state, OTHER "/x.d/b.conf", "");
    tree_write(*state, OTHER "/x.d/a.conf", "");
    tree_write(*state, "run/x.d/b.conf", "");
    tree_write(*state, "usr/lib/x.d/c.conf", "");
    assert_int_equal(settings_find(((const struct tree *)*state)->root, "x.d", &files, &error), 0);
    assert_int_equal(files.n, 3);
    assert_string_equal(files.all[0].path, OTHER "/x.d/a.conf");
    assert_true(files.all[0].vendor);
    assert_string_equal(files.all[1].path, "run/x.d/b.conf");
    assert_false(files.all[1].vendor);
    assert_string_equal(files.all[2].path, "usr/lib/x.d/c.conf");
    assert_true(files.all[2].vendor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_prefix_comes_last, tree_setup, tree_teardown),
    };

    return RUN_TESTS(tests);
}
