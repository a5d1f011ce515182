/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/hook.h"

#include <errno.h>

#include "act/hook.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "decide/health.h"
#include "test.h"
#include "tree.h"

#define HOOK "usr/local/bin/drain"

static void make(const struct tree *tree, const char *script)
{
    tree_write(tree, HOOK, script);
    tree_mode(tree, HOOK, 0755);
}

static int run(const struct tree *tree)
{
    AUTOFREE char *path = format("%s/" HOOK, tree->path);
    char *const none[] = {NULL};

    return hook_run(path, none);
}

static void its_exit_status_is_known(void **state)
{
    make(*state, "#!/bin/sh\nexit 7\n");
    assert_int_equal(run(*state), 7);
    make(*state, "#!/bin/sh\nkill -TERM $$\n");
    assert_int_equal(run(*state), 128 + 15);
    make(*state, "#!/nonexistent\n");
    assert_int_equal(run(*state), -ENOENT);
}

static void it_is_told_what_is_missing(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *path = format("%s/" HOOK, tree->path), *seen = format("%s/seen", tree->path);
    AUTOFREE char *script = format("#!/bin/sh\nenv | grep -A1 ^FASTREBOOT_ | sort >%s\n", seen);
    AUTOFREE char *text = NULL;
    char **environment;

    make(tree, script);
    tree_write(tree, RUN_BOOT,
               "{\"time\":1,\"outcome\":\"damaged\",\"text\":\"\",\"health\":\"missing\","
               "\"missing\":[\"disk a\",\"route\"]}");
    tree_write(tree, RUN_HEALTH,
               "{\"version\":2,\"state\":\"healed\",\"time\":1,\"id\":\"1\",\"boot_id\":\"b\","
               "\"release\":\"6.1.0\"}");
    environment = hook_environment(tree->root, 4711);
    assert_int_equal(hook_run(path, environment), 0);
    names_free(environment);
    text = tree_read(tree, "seen");
    assert_non_null(strstr(text, "FASTREBOOT_DEADLINE_USEC=4711\n"));
    assert_non_null(strstr(text, "FASTREBOOT_MISSING=disk a\n"));
    assert_non_null(strstr(text, "route\n"));
    assert_non_null(strstr(text, "FASTREBOOT_RELEASE=6.1.0\n"));
}

static void a_boot_that_hangs_has_no_record_yet(void **state)
{
    const struct tree *tree = *state;
    char **environment;

    tree_write(tree, RUN_NORMAL, "the boot has not ended\n");
    environment = hook_environment(tree->root, 1);
    assert_non_null(strstr(environment[0], "the boot has not ended"));
    assert_string_equal(environment[1], "FASTREBOOT_RELEASE=");
    names_free(environment);
}

static void expect(const struct tree *tree, const char *hook, int r, const char *why)
{
    struct config config = {.health_hook = (char *)hook};
    AUTOFREE char *problem = NULL;

    assert_int_equal(hook_check(tree->root, &config, &problem), r);
    if (why ? !problem || !strstr(problem, why) : problem != NULL)
        fail_msg("%s", problem);
}

static void only_what_nobody_else_can_change_is_run(void **state)
{
    const struct tree *tree = *state;

    make(tree, "#!/bin/sh\n");
    expect(tree, "/" HOOK, 0, NULL);
    tree_mode(tree, HOOK, 0644);
    expect(tree, "/" HOOK, -EACCES, "health-hook /" HOOK " is not run: it is not an executable");
    expect(tree, "/usr/local", -EACCES, "not an executable");
    expect(tree, "/usr/local/bin/none", -ENOENT, "No such file");
    tree_mode(tree, HOOK, 0775);
    expect(tree, "/" HOOK, -EUCLEAN, HOOK);
    tree_mode(tree, HOOK, 0755);
    tree_mode(tree, "usr/local", 0777);
    expect(tree, "/" HOOK, -EUCLEAN, "usr/local");
}

static void it_has_a_limit(void **state)
{
    static const struct config unset = {0}, off = {.health_hook_timeout = SECONDS_OFF},
                               ten = {.health_hook_timeout = 10};

    (void)state;
    assert_int_equal(hook_limit(&unset), 300 * (int64_t)1000000);
    assert_int_equal(hook_limit(&ten), 10 * (int64_t)1000000);
    assert_int_equal(hook_limit(&off), 3600 * (int64_t)1000000);
}

/* Whom to notify: not of a reboot that went as planned, nor of a check that is not over. */
static void what_went_wrong_is_alarming(void **state)
{
    static const struct {
        enum outcome outcome;
        enum health health;
        bool alarming;
    } ROWS[] = {
        {OUTCOME_FAST, HEALTH_COMPLETE, false},    {OUTCOME_FAST, HEALTH_CHECKING, false},
        {OUTCOME_FAST, HEALTH_MISSING, true},      {OUTCOME_DAMAGED, HEALTH_MISSING, true},
        {OUTCOME_FIRMWARE, HEALTH_UNKNOWN, false}, {OUTCOME_FIRMWARE, HEALTH_CHECKING, false},
        {OUTCOME_FIRMWARE, HEALTH_COMPLETE, true}, {OUTCOME_FIRMWARE, HEALTH_MISSING, true},
        {OUTCOME_FAILED, HEALTH_UNKNOWN, true},    {OUTCOME_UNKNOWN, HEALTH_UNKNOWN, false},
        {OUTCOME_OTHER, HEALTH_UNKNOWN, false},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(ROWS); i++) {
        struct boot_record record = {.outcome = ROWS[i].outcome, .health = ROWS[i].health};

        assert_int_equal(health_is_alarming(&record), ROWS[i].alarming);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_exit_status_is_known),
        TEST(it_is_told_what_is_missing),
        TEST(a_boot_that_hangs_has_no_record_yet),
        TEST(only_what_nobody_else_can_change_is_run),
        TEST(it_has_a_limit),
        TEST(what_went_wrong_is_alarming),
    };

    return RUN_TESTS(tests);
}
