/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/kexec.h"
#include "test.h"
#include "tree.h"

static struct kexec_facts read_facts(const struct tree *tree)
{
    struct kexec_facts facts;

    kexec_facts_read(tree->root, &facts);
    return facts;
}

static void without_the_files_there_is_no_kexec(void **state)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = read_facts(*state);

    assert_int_equal(facts.supported.is, ANSWER_NO);
    assert_int_equal(facts.disabled.is, ANSWER_NO);
    assert_int_equal(facts.exhausted.is, ANSWER_NO);
    assert_int_equal(facts.loaded.is, ANSWER_NO);
    assert_null(facts.lockdown);
}

static void a_machine_with_kexec(void **state)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = {0};

    tree_debian(*state);
    facts = read_facts(*state);
    assert_int_equal(facts.supported.is, ANSWER_YES);
    assert_int_equal(facts.disabled.is, ANSWER_NO);
    assert_int_equal(facts.exhausted.is, ANSWER_NO);
    assert_int_equal(facts.loaded.is, ANSWER_NO);
    assert_string_equal(facts.lockdown, "none");
}

static void each_switch_is_read(void **state)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = {0};

    tree_debian(*state);
    tree_write(*state, "proc/sys/kernel/kexec_load_disabled", "1\n");
    tree_write(*state, "proc/sys/kernel/kexec_load_limit_reboot", "0\n");
    tree_write(*state, "sys/kernel/kexec_loaded", "1\n");
    tree_write(*state, "sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
    facts = read_facts(*state);
    assert_int_equal(facts.disabled.is, ANSWER_YES);
    assert_int_equal(facts.exhausted.is, ANSWER_YES);
    assert_int_equal(facts.loaded.is, ANSWER_YES);
    assert_string_equal(facts.lockdown, "confidentiality");
}

static void the_newer_place_counts(void **state)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = {0};

    tree_write(*state, "sys/kernel/kexec/loaded", "1\n");
    facts = read_facts(*state);
    assert_int_equal(facts.supported.is, ANSWER_YES);
    assert_int_equal(facts.loaded.is, ANSWER_YES);
}

static void nonsense_is_unknown(void **state)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = {0};

    tree_write(*state, "sys/kernel/kexec_loaded", "yes\n");
    tree_write(*state, "proc/sys/kernel/kexec_load_disabled", "");
    tree_mkdir(*state, "proc/sys/kernel/kexec_load_limit_reboot");
    tree_write(*state, "sys/kernel/security/lockdown", "none ]integrity[\n");
    facts = read_facts(*state);
    assert_int_equal(facts.loaded.is, ANSWER_UNKNOWN);
    assert_int_equal(facts.loaded.error, EBADMSG);
    assert_int_equal(facts.disabled.is, ANSWER_UNKNOWN);
    assert_int_equal(facts.exhausted.is, ANSWER_UNKNOWN);
    assert_int_equal(facts.exhausted.error, EISDIR);
    assert_null(facts.lockdown);
}

static int is_unknown(void *argument)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = read_facts(argument);

    return facts.supported.is == ANSWER_UNKNOWN && facts.loaded.is == ANSWER_UNKNOWN &&
           facts.loaded.error == EACCES && facts.disabled.is == ANSWER_UNKNOWN;
}

static void what_may_not_be_read_is_unknown(void **state)
{
    tree_debian(*state);
    tree_mode(*state, "sys/kernel", 0);
    tree_mode(*state, "proc/sys/kernel", 0);
    assert_int_equal(as_nobody(is_unknown, *state), 1);
    tree_mode(*state, "sys/kernel", 0755);
    tree_mode(*state, "proc/sys/kernel", 0755);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_the_files_there_is_no_kexec),
        TEST(a_machine_with_kexec),
        TEST(each_switch_is_read),
        TEST(the_newer_place_counts),
        TEST(nonsense_is_unknown),
        TEST(what_may_not_be_read_is_unknown),
    };

    return RUN_TESTS(tests);
}
