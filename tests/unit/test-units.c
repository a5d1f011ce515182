/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/paths.h"
#include "discover/system/units.h"
#include "test.h"
#include "tree.h"

static struct unit_facts read_facts(const struct tree *tree)
{
    struct unit_facts facts;

    unit_facts_read(tree->root, &facts);
    return facts;
}

static void nothing_is_there(void **state)
{
    CLEANUP(unit_facts_clear) struct unit_facts facts = read_facts(*state);

    assert_int_equal(facts.enabled.is, ANSWER_NO);
    assert_answer(&facts.masked, 0, NULL);
}

/* Decided by what systemd says, not by a file of fastreboot's. */
static void active_while_systemd_says_so(void **state)
{
    CLEANUP(unit_facts_clear) struct unit_facts before = {0}, now = {0};

    tree_write(*state, "run/fastreboot/active", "");
    tree_link(*state, "run/systemd/units/invocation:ssh.service", "0123");
    before = read_facts(*state);
    assert_answer(&before.active, 0, NULL);
    tree_link(*state, "run/systemd/units/invocation:" SERVICE_UNIT, "4567");
    now = read_facts(*state);
    assert_answer(&now.active, 1, NULL);
}

static void enabled_for_good_or_for_this_boot(void **state)
{
    static const char *const DIRS[] = {"etc", "run"};

    for (size_t i = 0; i < ELEMENTS(DIRS); i++) {
        AUTOFREE char *path = format("%s/systemd/system/reboot.target.wants/" JUMP_UNIT, DIRS[i]);
        AUTOFREE char *kexec = format("%s/systemd/system/kexec.target.wants/" JUMP_UNIT, DIRS[!i]);
        CLEANUP(unit_facts_clear) struct unit_facts facts = {0}, half = {0};

        tree_link(*state, path, "/usr/lib/systemd/system/" JUMP_UNIT);
        half = read_facts(*state);
        assert_int_equal(half.enabled.is, ANSWER_NO); /* the other target may be used */
        tree_link(*state, kexec, "/usr/lib/systemd/system/" JUMP_UNIT);
        facts = read_facts(*state);
        assert_int_equal(facts.enabled.is, ANSWER_YES);
        tree_remove(*state, path);
        tree_remove(*state, kexec);
    }
}

static void a_mask_anywhere_is_found(void **state)
{
    static const char *const DIRS[] = {
        "etc/systemd/system.control", "run/systemd/system.control", "run/systemd/transient",
        "etc/systemd/system",         "run/systemd/system",
    };
    static const char *const UNITS[] = {SERVICE_UNIT, JUMP_UNIT};

    for (size_t i = 0; i < ELEMENTS(DIRS) * ELEMENTS(UNITS); i++) {
        AUTOFREE char *path = format("%s/%s", DIRS[i / 2], UNITS[i % 2]);
        CLEANUP(unit_facts_clear) struct unit_facts facts = {0};

        tree_link(*state, path, "/dev/null");
        facts = read_facts(*state);
        assert_answer(&facts.masked, 1, path);
        tree_remove(*state, path);
    }
}

static void an_empty_file_is_a_mask(void **state)
{
    CLEANUP(unit_facts_clear) struct unit_facts facts = {0};

    tree_write(*state, "etc/systemd/system/" JUMP_UNIT, "");
    facts = read_facts(*state);
    assert_answer(&facts.masked, 1, "masked by /etc/systemd/system/" JUMP_UNIT);
    assert_string_equal(facts.masked.source, "/etc/systemd/system/" JUMP_UNIT);
}

static void other_links_are_no_masks(void **state)
{
    CLEANUP(unit_facts_clear) struct unit_facts facts = {0};

    tree_link(*state, "etc/systemd/system/" SERVICE_UNIT, "/usr/local/lib/" SERVICE_UNIT);
    tree_write(*state, "run/systemd/system/" SERVICE_UNIT, "[Unit]\n");
    tree_link(*state, "etc/systemd/system/other.service", "/dev/null");
    facts = read_facts(*state);
    assert_answer(&facts.masked, 0, NULL);
}

static int nothing_is_known(void *argument)
{
    CLEANUP(unit_facts_clear) struct unit_facts facts = read_facts(argument);

    return facts.enabled.is == ANSWER_UNKNOWN && facts.enabled.error == EACCES &&
           facts.masked.is == ANSWER_UNKNOWN && facts.masked.error == EACCES;
}

static void what_may_not_be_read_is_unknown(void **state)
{
    tree_mkdir(*state, "etc/systemd/system");
    tree_mode(*state, "etc/systemd/system", 0);
    assert_int_equal(as_nobody(nothing_is_known, *state), 1);
    tree_mode(*state, "etc/systemd/system", 0755);
}

#define VENDOR "usr/lib/systemd/system/"
#define LOCAL "etc/systemd/system/"

static void installed(const struct tree *tree)
{
    tree_write(tree, VENDOR SERVICE_UNIT,
               "[Service]\nExecStart=-/usr/sbin/fastreboot booted\n"
               "ExecStop=/usr/sbin/fastreboot load --at-shutdown\n");
    tree_write(tree, VENDOR JUMP_UNIT,
               "[Unit]\nX=y\n[Service]\nExecStart=/usr/sbin/fastreboot jump\n");
}

static void expect_changed(const struct tree *tree, int result, const char *words)
{
    CLEANUP(unit_facts_clear) struct unit_facts facts = read_facts(tree);

    assert_answer(&facts.changed, result, words);
    if (result > 0)
        assert_non_null(strstr(facts.changed.text, facts.changed.source));
}

static void what_the_units_run_is_looked_at(void **state)
{
    static const char DROP_IN[] = LOCAL SERVICE_UNIT ".d/10-x.conf";
    const struct tree *tree = *state;

    expect_changed(tree, 0, NULL); /* not installed */
    installed(tree);
    expect_changed(tree, 0, NULL);
    tree_write(tree, DROP_IN, "[Service]\nTimeoutStopSec=90\nExecStopPost=\nExecStop=/bin/true\n");
    expect_changed(tree, 0, NULL); /* one more */
    tree_write(tree, DROP_IN, "[Unit]\nExecStop=\n#[Service]\n");
    expect_changed(tree, 0, NULL);
    tree_write(tree, DROP_IN, "[Service]\n ExecStop = \n");
    expect_changed(
        tree, 1,
        "/etc/systemd/system/fastreboot.service.d/10-x.conf:2: fastreboot.service does not "
        "run `fastreboot load --at-shutdown` any more");
    tree_write(tree, DROP_IN,
               "[Service]\nExecStop=\nExecStop=+/usr/bin/nice \\\n  /usr/sbin/fastreboot load "
               "--at-shutdown\n");
    expect_changed(tree, 0, NULL);
    tree_write(tree, DROP_IN, "[Service]\nExecStop=\n");
    tree_write(tree, "run/systemd/system/" SERVICE_UNIT ".d/20-y.conf",
               "[Service]\nExecStop=-/usr/sbin/fastreboot load --at-shutdown\n");
    expect_changed(tree, 0, NULL); /* it comes after that one */
    tree_link(tree, LOCAL SERVICE_UNIT ".d/20-y.conf", "/dev/null");
    expect_changed(tree, 1, "10-x.conf");
    tree_remove(tree, DROP_IN);
    expect_changed(tree, 0, NULL);
    tree_write(tree, "run/systemd/system/service.d/x.conf",
               "# a \\\nb\n\n[Service]\nTimeoutStopSec= \\\n90\nExecStop=\n");
    expect_changed(tree, 1, "/run/systemd/system/service.d/x.conf:7: fastreboot.service does not");
}

static void a_unit_of_the_same_name_counts(void **state)
{
    const struct tree *tree = *state;

    installed(tree);
    tree_write(tree, LOCAL JUMP_UNIT, "[Service]\nExecStart=/usr/sbin/fastreboot jump\n");
    expect_changed(tree, 0, NULL);
    tree_write(tree, LOCAL JUMP_UNIT, "[Service]\nExecStart=/bin/true\n");
    expect_changed(tree, 1,
                   "/etc/systemd/system/fastreboot-jump.service: fastreboot-jump.service does");
    tree_remove(tree, LOCAL JUMP_UNIT);
    tree_link(tree, LOCAL JUMP_UNIT, "/dev/null");
    expect_changed(tree, 0, NULL); /* masked, which is said elsewhere */
    tree_remove(tree, LOCAL JUMP_UNIT);
    tree_mkdir(tree, LOCAL JUMP_UNIT);
    expect_changed(tree, -EISDIR, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_there),
        TEST(active_while_systemd_says_so),
        TEST(enabled_for_good_or_for_this_boot),
        TEST(what_the_units_run_is_looked_at),
        TEST(a_unit_of_the_same_name_counts),
        TEST(a_mask_anywhere_is_found),
        TEST(an_empty_file_is_a_mask),
        TEST(other_links_are_no_masks),
        TEST(what_may_not_be_read_is_unknown),
    };

    return RUN_TESTS(tests);
}
