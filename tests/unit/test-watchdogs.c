/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/watchdogs.h"
#include "test.h"
#include "tree.h"

#define DEVICE "sys/class/watchdog/watchdog0/"
#define RELEASE "6.1.0-33-amd64"

static struct watchdog_facts look(const struct tree *tree)
{
    struct watchdog_facts facts;

    watchdog_facts_read(tree->root, &facts);
    watchdog_facts_look_ahead(tree->root, "/lib/modules/" RELEASE, &facts);
    return facts;
}

static void no_machine_has_one_by_itself(void **state)
{
    CLEANUP(watchdog_facts_clear) struct watchdog_facts facts = look(*state);

    assert_null(facts.identity);
    assert_null(facts.kind);
    assert_int_equal(facts.error, 0);
    assert_int_equal(facts.fed.is, ANSWER_NO);
    assert_int_equal(facts.kept.is, ANSWER_UNKNOWN);
    assert_false(facts.ipmi || facts.other_device);
}

static void a_machine_with_one(void **state)
{
    CLEANUP(watchdog_facts_clear) struct watchdog_facts facts = {0};

    tree_write(*state, DEVICE "identity", "iTCO_wdt\n");
    tree_write(*state, DEVICE "state", "active\n");
    tree_write(*state, DEVICE "nowayout", "0\n");
    tree_write(*state, DEVICE "max_timeout", "613\n");
    tree_write(*state, "sys/module/watchdog/parameters/stop_on_reboot", "0\n");
    tree_write(*state, "etc/systemd/system.conf", "[Manager]\n#RuntimeWatchdogSec=off\n");
    tree_write(*state, "etc/systemd/system.conf.d/a.conf", "[Manager]\n RuntimeWatchdogSec = 30\n");
    tree_write(*state, "lib/modules/" RELEASE "/kernel/drivers/watchdog/iTCO_wdt.ko.xz", "");
    facts = look(*state);
    assert_string_equal(facts.kind->module, "iTCO_wdt");
    assert_int_equal(facts.running.is, ANSWER_YES);
    assert_int_equal(facts.nowayout.is, ANSWER_NO);
    assert_int_equal(facts.kept.is, ANSWER_YES);
    assert_int_equal(facts.fed.is, ANSWER_YES);
    assert_int_equal(facts.comes.is, ANSWER_YES);
    assert_int_equal(facts.max, 613);
}

static void what_is_otherwise(void **state)
{
    CLEANUP(watchdog_facts_clear) struct watchdog_facts facts = {0};

    tree_write(*state, DEVICE "identity", "something new\n");
    tree_write(*state, DEVICE "state", "inactive\n");
    tree_write(*state, DEVICE "nowayout", "1\n");
    tree_write(*state, "sys/module/watchdog/parameters/stop_on_reboot", "-1\n");
    tree_mkdir(*state, "sys/module/ipmi_watchdog");
    tree_write(*state, "usr/lib/systemd/system.conf.d/a.conf",
               "[Manager]\n\nWatchdogDevice=/dev/watchdog1\n");
    facts = look(*state);
    assert_null(facts.kind);
    assert_int_equal(facts.running.is, ANSWER_NO);
    assert_int_equal(facts.nowayout.is, ANSWER_YES);
    assert_int_equal(facts.kept.is, ANSWER_NO);
    assert_int_equal(facts.fed.is, ANSWER_NO);
    assert_int_equal(facts.comes.is, ANSWER_NO);
    assert_true(facts.ipmi);
    assert_string_equal(facts.other_device, "/usr/lib/systemd/system.conf.d/a.conf:3");
}

static enum { NOT_FED, FED } is_fed(const struct tree *tree)
{
    CLEANUP(watchdog_facts_clear) struct watchdog_facts facts = look(tree);

    return facts.fed.is == ANSWER_YES ? FED : NOT_FED;
}

static void one_that_says_no_is_enough(void **state)
{
    static const char *const NO[] = {"off", "0", "", "default", "infinity"};

    tree_write(*state, "etc/systemd/system.conf", "RuntimeWatchdogSec=1min\n");
    assert_int_equal(is_fed(*state), FED);
    for (size_t i = 0; i < ELEMENTS(NO); i++) {
        AUTOFREE char *text = format("RuntimeWatchdogSec=%s\n", NO[i]);

        tree_write(*state, "run/systemd/system.conf.d/z.conf", text);
        assert_int_equal(is_fed(*state), NOT_FED);
    }
    tree_write(*state, "run/systemd/system.conf.d/z.conf", "RuntimeWatchdogSec=20s\n");
    assert_int_equal(is_fed(*state), FED);
    tree_remove(*state, "run/systemd/system.conf.d/z.conf");
    tree_mkdir(*state, "run/systemd/system.conf.d/z.conf"); /* cannot be read */
    assert_int_equal(is_fed(*state), NOT_FED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_machine_has_one_by_itself),
        TEST(a_machine_with_one),
        TEST(what_is_otherwise),
        TEST(one_that_says_no_is_enough),
    };

    return RUN_TESTS(tests);
}
