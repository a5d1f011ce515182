/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/boot.h"
#include "test.h"
#include "tree.h"

static struct boot_facts read_facts(const struct tree *tree)
{
    struct boot_facts facts;

    boot_facts_read(tree->root, &facts);
    return facts;
}

static void expect_way(const struct tree *tree, enum boot_way way)
{
    CLEANUP(boot_facts_clear) struct boot_facts facts = read_facts(tree);

    assert_int_equal(facts.way, way);
}

static void the_kernel_knows_its_loader(void **state)
{
    static const struct {
        const char *type;
        enum boot_way way;
    } CASES[] = {
        {"208\n", BOOT_BY_KEXEC},    {"209\n", BOOT_BY_KEXEC},    {"223\n", BOOT_BY_KEXEC},
        {"114\n", BOOT_BY_FIRMWARE}, {"33\n", BOOT_BY_FIRMWARE},  {"176\n", BOOT_BY_FIRMWARE},
        {"0\n", BOOT_BY_FIRMWARE},   {"207\n", BOOT_BY_FIRMWARE}, {"224\n", BOOT_BY_FIRMWARE},
    };

    tree_write(*state, "proc/cmdline", "fastreboot.attempt=0123456789abcdef ro\n");
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        tree_write(*state, "proc/sys/kernel/bootloader_type", CASES[i].type);
        expect_way(*state, CASES[i].way);
    }
}

static void elsewhere_the_mark_tells(void **state)
{
    tree_write(*state, "proc/cmdline", "ro quiet\n");
    expect_way(*state, BOOT_UNKNOWN);
    tree_write(*state, "proc/cmdline", "ro fastreboot.attempt=0123456789abcdef quiet\n");
    expect_way(*state, BOOT_BY_KEXEC);
    tree_write(*state, "proc/cmdline", "ro -- fastreboot.attempt=0123456789abcdef\n");
    expect_way(*state, BOOT_UNKNOWN);
}

static void what_is_there_is_read(void **state)
{
    CLEANUP(boot_facts_clear) struct boot_facts facts = {0};

    tree_debian(*state);
    tree_write(*state, "proc/cmdline", "ro fastreboot.attempt=0123456789abcdef\n");
    facts = read_facts(*state);
    assert_string_equal(facts.release, "6.1.0-33-amd64");
    assert_string_equal(facts.boot_id, "9b6ef4a6-0e4e-4d7a-9d2c-9c0b4f3e2d10");
    assert_string_equal(facts.mark, "0123456789abcdef");
}

static void nothing_is_needed(void **state)
{
    CLEANUP(boot_facts_clear) struct boot_facts facts = read_facts(*state);

    assert_int_equal(facts.way, BOOT_UNKNOWN);
    assert_null(facts.release);
    assert_null(facts.boot_id);
    assert_null(facts.mark);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_kernel_knows_its_loader),
        TEST(elsewhere_the_mark_tells),
        TEST(what_is_there_is_read),
        TEST(nothing_is_needed),
    };

    return RUN_TESTS(tests);
}
