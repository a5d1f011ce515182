/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/modules.h"

#include "test.h"
#include "tree.h"

static const char INDEX[] = "lib/modules/6.1.0/modules.dep.bin";

static void expect(const struct tree *tree, int result, const char *words)
{
    AUTOFREE char *problem = NULL;

    assert_int_equal(modules_check(tree->root, "/lib/modules/6.1.0", &problem), result);
    if (!words)
        assert_null(problem);
    else if (!problem || !strstr(problem, words))
        fail_msg("\"%s\" does not say \"%s\"", problem ? problem : "", words);
}

static void a_whole_directory_is_fine(void **state)
{
    tree_modules(*state, "6.1.0", 3);
    expect(*state, 0, NULL);
}

static void a_kernel_may_have_no_modules(void **state)
{
    tree_modules(*state, "6.1.0", 0);
    expect(*state, 0, NULL);
}

/* So says its configuration. */
static void a_kernel_may_be_built_without_modules(void **state)
{
    tree_write(*state, "boot/config-6.1.0", "CONFIG_X=y\n# CONFIG_MODULES is not set\n");
    expect(*state, 0, NULL);
    tree_write(*state, "boot/config-6.1.0", "CONFIG_X=y\nCONFIG_MODULES=y\n");
    expect(*state, -ENOEXEC, "does not exist");
}

static void expect_directory(const struct tree *tree, const char *cmdline, const char *path)
{
    AUTOFREE char *directory = modules_directory(tree->root, "6.1.0", cmdline);

    assert_string_equal(directory, path);
}

static void nixos_has_them_in_the_system(void **state)
{
    static const char INIT[] = "ro init=/nix/store/abc-system/init quiet";

    expect_directory(*state, INIT, "/lib/modules/6.1.0");
    tree_link(*state, "nix/store/abc-system/kernel-modules", "/nix/store/def-modules");
    expect_directory(*state, INIT, "/nix/store/abc-system/kernel-modules/lib/modules/6.1.0");
    expect_directory(*state, "init=/nix/store/abc-system/x/init", "/lib/modules/6.1.0");
    expect_directory(*state, "init=/sbin/init", "/lib/modules/6.1.0");
    expect_directory(*state, "init=/nix/store/init", "/lib/modules/6.1.0");
    expect_directory(*state, "ro", "/lib/modules/6.1.0");
}

static void ostree_has_them_in_the_deployment(void **state)
{
    static const char LINE[] = "rw ostree=/ostree/boot.1/x/abc/0";

    expect_directory(*state, LINE, "/lib/modules/6.1.0");
    tree_link(*state, "sysroot/ostree/boot.1/x/abc/0", "../../../deploy/x/deploy/abc.0");
    expect_directory(*state, LINE, "/sysroot/ostree/boot.1/x/abc/0/usr/lib/modules/6.1.0");
    expect_directory(*state, "ostree=/x", "/lib/modules/6.1.0");
}

static void merged_usr_is_followed(void **state)
{
    tree_mkdir(*state, "usr/lib/modules");
    tree_link(*state, "lib", "usr/lib");
    tree_modules(*state, "6.1.0", 3);
    expect(*state, 0, NULL);
}

static void missing_modules_are_counted(void **state)
{
    tree_modules(*state, "6.1.0", 3);
    tree_remove(*state, "lib/modules/6.1.0/kernel/b.ko");
    expect(*state, -ENOEXEC, "1 listed module missing, the first: kernel/b.ko");
    tree_remove(*state, "lib/modules/6.1.0/kernel/a.ko");
    expect(*state, -ENOEXEC, "2 listed modules missing, the first: kernel/a.ko");
}

static void the_directory_has_to_be_there(void **state)
{
    expect(*state, -ENOEXEC, "/lib/modules/6.1.0 does not exist");
    tree_write(*state, "lib/modules/6.1.0", "");
    expect(*state, -ENOEXEC, "/lib/modules/6.1.0 does not exist");
}

static void the_index_has_to_be_there(void **state)
{
    tree_modules(*state, "6.1.0", 3);
    tree_remove(*state, INDEX);
    expect(*state, -ENOEXEC, "modules.dep.bin");
    tree_mkdir(*state, INDEX);
    expect(*state, -ENOEXEC, "modules.dep.bin");
}

static void an_index_that_is_none_is_noticed(void **state)
{
    tree_modules(*state, "6.1.0", 3);
    tree_write(*state, INDEX, "");
    expect(*state, -ENOEXEC, "modules.dep.bin");
    tree_write(*state, INDEX, "not an index of modules");
    expect(*state, -ENOEXEC, "modules.dep.bin");
}

static int is_unknown(void *argument)
{
    const struct tree *tree = argument;
    AUTOFREE char *problem = NULL;

    return modules_check(tree->root, "/lib/modules/6.1.0", &problem) == -EACCES && !problem;
}

static void what_may_not_be_read_is_unknown(void **state)
{
    tree_modules(*state, "6.1.0", 1);
    tree_mode(*state, "lib/modules", 0);
    assert_int_equal(as_nobody(is_unknown, *state), 1);
    tree_mode(*state, "lib/modules", 0755);
    tree_mode(*state, INDEX, 0);
    assert_int_equal(as_nobody(is_unknown, *state), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_whole_directory_is_fine),
        TEST(a_kernel_may_have_no_modules),
        TEST(a_kernel_may_be_built_without_modules),
        TEST(nixos_has_them_in_the_system),
        TEST(ostree_has_them_in_the_deployment),
        TEST(merged_usr_is_followed),
        TEST(missing_modules_are_counted),
        TEST(the_directory_has_to_be_there),
        TEST(the_index_has_to_be_there),
        TEST(an_index_that_is_none_is_noticed),
        TEST(what_may_not_be_read_is_unknown),
    };

    return RUN_TESTS(tests);
}
