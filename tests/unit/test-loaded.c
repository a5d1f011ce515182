/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/paths.h"
#include "discover/system/loaded.h"
#include "test.h"
#include "tree.h"

static const char NOTE[] =
    "{\"id\":\"0123\",\"release\":\"6.1\",\"kernel\":\"/vmlinuz\",\"signature\":\"s\"}\n";

static void expect_none(const struct tree *tree)
{
    CLEANUP(loaded_facts_clear) struct loaded_facts facts = {0};

    assert_int_equal(loaded_facts_read(tree->root, &facts), 0);
    assert_null(facts.id);
    assert_null(facts.release);
    assert_null(facts.kernel);
    assert_null(facts.signature);
    assert_false(facts.current);
}

static void a_note_is_read(void **state)
{
    CLEANUP(loaded_facts_clear) struct loaded_facts facts = {0};
    const struct tree *tree = *state;

    tree_write(tree, RUN_LOADED, NOTE);
    assert_int_equal(loaded_facts_read(tree->root, &facts), 0);
    assert_string_equal(facts.id, "0123");
    assert_string_equal(facts.release, "6.1");
    assert_string_equal(facts.kernel, "/vmlinuz");
    assert_string_equal(facts.signature, "s");
    assert_false(facts.current);
}

/* What is loaded is then somebody else's, which we neither replace nor drop. */
static void a_damaged_note_is_none(void **state)
{
    expect_none(*state);
    for (size_t n = 0; n < sizeof(NOTE) - 2; n++) {
        tree_write_bytes(*state, RUN_LOADED, NOTE, n);
        expect_none(*state);
    }
    tree_write(*state, RUN_LOADED, "{\"id\":\"0123\",\"release\":\"6.1\",\"kernel\":\"/vmlinuz\"}");
    expect_none(*state);
    tree_write(*state, RUN_LOADED,
               "{\"id\":1,\"release\":\"6.1\",\"kernel\":\"/vmlinuz\",\"signature\":\"s\"}");
    expect_none(*state);
    tree_remove(*state, RUN_LOADED);
    tree_mkdir(*state, RUN_LOADED);
    expect_none(*state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_note_is_read),
        TEST(a_damaged_note_is_none),
    };

    return RUN_TESTS(tests);
}
