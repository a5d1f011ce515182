/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/memory.h"
#include "test.h"
#include "tree.h"

#define MEMINFO "MemTotal:  4000 kB\nMemFree:   10 kB\nMemAvailable:   2000 kB\nSwapTotal: 90 kB\n"

static void what_can_be_freed_counts(void **state)
{
    struct memory_facts facts;

    tree_write(*state, "proc/meminfo", MEMINFO "SwapFree:  50 kB\n");
    facts = memory_facts_read(((const struct tree *)*state)->root);
    assert_true(facts.known && !facts.error);
    assert_int_equal(facts.available, 2000 * 1024); /* nothing says where that swap is */
    tree_write(*state, "proc/swaps",
               "Filename Type Size Used Priority\n/dev/zram0 partition 90 40 1\n");
    facts = memory_facts_read(((const struct tree *)*state)->root);
    assert_int_equal(facts.available, 2000 * 1024);
    tree_write(*state, "proc/swaps",
               "Filename Type Size Used Priority\n/dev/sda2 partition 90 40 1\n");
    facts = memory_facts_read(((const struct tree *)*state)->root);
    assert_int_equal(facts.available, 2050 * 1024);
}

static void what_is_not_said_is_not_known(void **state)
{
    const struct tree *tree = *state;
    struct memory_facts facts = memory_facts_read(tree->root);

    assert_false(facts.known || facts.error); /* as recorded */
    tree_write(tree, "proc/meminfo", "MemTotal: 4000 kB\n");
    facts = memory_facts_read(tree->root);
    assert_false(facts.known);
    assert_int_equal(facts.error, EBADMSG);
    tree_write(tree, "proc/meminfo", "MemAvailable: 99999999999999999999 kB\n");
    facts = memory_facts_read(tree->root);
    assert_true(facts.known && facts.available > 1ULL << 62);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_can_be_freed_counts),
        TEST(what_is_not_said_is_not_known),
    };

    return RUN_TESTS(tests);
}
