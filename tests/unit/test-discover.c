/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover.h"

#include "base/paths.h"
#include "discover/kernel/payload.h"
#include "test.h"
#include "tree.h"

static struct facts read_facts(const struct tree *tree)
{
    struct facts facts;

    assert_int_equal(facts_read(tree->root, &facts), 0);
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
    assert_int_equal(facts.hook.enabled.is, ANSWER_YES);
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

static void write_note(const struct tree *tree, const char *signature)
{
    AUTOFREE char *note =
        format("{\"id\":\"1\",\"release\":\"6.1.0-33-amd64\",\"kernel\":\"/vmlinuz\","
               "\"signature\":\"%s\"}",
               signature);

    tree_write(tree, RUN_LOADED, note);
}

static void expect_loaded(const struct tree *tree, bool ours, bool current)
{
    CLEANUP(facts_clear) struct facts facts = read_facts(tree);

    assert_int_equal(facts.loaded.release != NULL, ours);
    assert_int_equal(facts.loaded.current, current);
}

static void a_note_counts_while_something_is_loaded(void **state)
{
    CLEANUP(facts_clear) struct facts facts = {0};
    AUTOFREE char *signature = NULL;

    tree_debian(*state);
    facts = read_facts(*state);
    signature = payload_signature(&facts.payload);
    write_note(*state, signature);
    expect_loaded(*state, false, false);
    tree_write(*state, "sys/kernel/kexec_loaded", "1\n");
    expect_loaded(*state, true, true);
    tree_write(*state, CONFIG_FILE, "cmdline-append = nomodeset\n");
    expect_loaded(*state, true, false);
    tree_remove(*state, CONFIG_FILE);
    tree_write(*state, "boot/initrd.img-6.1.0-33-amd64", "a new one");
    expect_loaded(*state, true, false);
    tree_remove(*state, RUN_LOADED);
    expect_loaded(*state, false, false);
}

/* Reading changes nothing: what the kernel of a machine would be asked to write fails here. */
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
        TEST(a_note_counts_while_something_is_loaded),
        TEST(reading_needs_no_right_to_write),
    };

    return RUN_TESTS(tests);
}
