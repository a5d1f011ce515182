/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover.h"

#include "base/paths.h"
#include "test.h"
#include "tree.h"

static struct facts read_facts(const struct tree *tree)
{
    struct facts facts;

    facts_read(tree->root, &facts);
    return facts;
}

static void an_empty_directory_is_a_machine_too(void **state)
{
    CLEANUP(facts_clear) struct facts facts = read_facts(*state);

    assert_null(facts.config.error);
    assert_null(facts.payload.entry);
    assert_non_null(facts.boot_entries.problem);
    assert_int_equal(facts.kexec.supported.is, ANSWER_NO);
    assert_int_equal(facts.boot.way, BOOT_UNKNOWN);
}

static void a_whole_machine_is_read(void **state)
{
    CLEANUP(facts_clear) struct facts facts = {0};

    tree_debian(*state);
    facts = read_facts(*state);
    assert_int_equal(facts.arch, IMAGE_X86_64);
    assert_ptr_equal(facts.payload.entry, &facts.boot_entries.entries[facts.boot_entries.chosen]);
    assert_string_equal(facts.payload.image.release, "6.1.0-33-amd64");
    assert_int_equal(facts.units.enabled.is, ANSWER_YES);
    assert_int_equal(facts.boot.way, BOOT_BY_FIRMWARE);
}

static void the_machine_says_what_it_is(void **state)
{
    CLEANUP(facts_clear) struct facts facts = {0};

    tree_write(*state, "proc/sys/kernel/arch", "aarch64\n");
    facts = read_facts(*state);
    assert_int_equal(facts.arch, IMAGE_ARM64);
}

static void half_a_configuration_is_none(void **state)
{
    CLEANUP(facts_clear) struct facts facts = {0};

    tree_debian(*state);
    tree_write(*state, CONFIG_FILE, "kernel = /other\ninitrd = none\nunknown = 1\n");
    facts = read_facts(*state);
    assert_non_null(facts.config.error);
    assert_string_equal(facts.payload.entry->kernel, "/vmlinuz");
}

static void expect_pinned(const struct tree *tree, const char *words)
{
    CLEANUP(facts_clear) struct facts facts = read_facts(tree);

    assert_null(facts.config.error);
    assert_answer(&facts.pinned, words ? 1 : 0, words);
}

/* The kernel in the settings stays, even if an update installs a newer one. */
static void a_kernel_of_the_settings_may_be_an_old_one(void **state)
{
    const struct tree *tree = *state;

    tree_debian(tree);
    expect_pinned(tree, NULL);
    tree_write(tree, CONFIG_FILE,
               "kernel = /boot/vmlinuz-6.1.0-33-amd64\ninitrd = /boot/initrd.img-6.1.0-33-amd64\n");
    expect_pinned(tree, NULL);
    tree_kernel(tree, "boot/vmlinuz-6.1.0-40-amd64", "6.1.0-40-amd64");
    tree_write(tree, "boot/initrd.img-6.1.0-40-amd64", "x");
    tree_modules(tree, "6.1.0-40-amd64", 1);
    expect_pinned(tree, NULL); /* the links lead to the old one, so it is the default */
    tree_remove(tree, "vmlinuz");
    tree_link(tree, "vmlinuz", "boot/vmlinuz-6.1.0-40-amd64");
    expect_pinned(tree, "/etc/fastreboot.conf:1 names kernel 6.1.0-33-amd64, but the newer "
                        "6.1.0-40-amd64 would be started without it");
    tree_remove(tree, "vmlinuz");
    tree_link(tree, "vmlinuz", "nothing"); /* it is not known what would be started */
    expect_pinned(tree, "the newer 6.1.0-40-amd64 is installed");
}

/* Reading changes nothing: any write to the machine fails here. */
static int reads_all(void *argument)
{
    CLEANUP(facts_clear) struct facts facts = read_facts(argument);

    return facts.payload.image.release != NULL;
}

static void reading_needs_no_right_to_write(void **state)
{
    tree_debian(*state);
    assert_int_equal(as_nobody(reads_all, *state), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_directory_is_a_machine_too),
        TEST(a_whole_machine_is_read),
        TEST(the_machine_says_what_it_is),
        TEST(half_a_configuration_is_none),
        TEST(a_kernel_of_the_settings_may_be_an_old_one),
        TEST(reading_needs_no_right_to_write),
    };

    return RUN_TESTS(tests);
}
