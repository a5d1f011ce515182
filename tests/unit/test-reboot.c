/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The verbs that ask for a reboot: which command is run, and what is left when it fails. */

#include "act/reboot.h"

#include <fcntl.h>

#include "base/clock.h"
#include "base/paths.h"
#include "fakes.h"
#include "reboot/notes.h"
#include "test.h"
#include "verbs/verb.h"

extern const struct verb verb_normal, verb_reboot, verb_set_next;

static struct tree *tree;

static int setup(void **state)
{
    assert_int_equal(tree_setup(state), 0);
    tree = *state;
    tree_debian(tree);
    tree_mkdir(tree, "fake");
    fake_reset(tree);
    return 0;
}

#define MOLLY_GUARD "usr/lib/molly-guard/molly-guard"

static int run(const struct verb *verb, unsigned options, int64_t when, const char *argument)
{
    const struct call call = {
        .root = tree->root, .given = options, .when = when, .argument = argument};
    int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC), out = dup(STDOUT_FILENO), r;
    int error = dup(STDERR_FILENO);

    (void)fflush(stdout);
    assert_true(dup2(quiet, STDOUT_FILENO) >= 0 && dup2(quiet, STDERR_FILENO) >= 0);
    r = verb->run(&call);
    (void)fflush(stdout);
    assert_true(dup2(out, STDOUT_FILENO) >= 0 && dup2(error, STDERR_FILENO) >= 0);
    (void)close(out), (void)close(error), (void)close(quiet);
    return r;
}

/* Asserts what was run since the last call; NULL: nothing. */
static void expect_run(const char *command)
{
    AUTOFREE char *found = tree_read(tree, FAKE_RUN);

    if (!command)
        assert_null(found);
    else
        assert_string_equal(found ? found : "nothing", command);
    if (found)
        tree_remove(tree, FAKE_RUN);
}

static bool asked_firmware(void)
{
    AUTOFREE char *asked = tree_read(tree, FAKE_REBOOT);

    if (asked)
        tree_remove(tree, FAKE_REBOOT);
    return asked;
}

static void a_reboot_is_asked_of_systemctl(void **state)
{
    (void)state;
    assert_int_equal(run(&verb_reboot, 0, 0, NULL), EXIT_FINE);
    expect_run("systemctl reboot");
    assert_int_equal(run(&verb_reboot, OPTION_FIRMWARE, 0, NULL), EXIT_FINE);
    assert_true(asked_firmware());
    expect_run(NULL);
    assert_int_equal(notes_has_normal(tree->root), 1);
    assert_int_equal(run(&verb_reboot, OPTION_DRY_RUN | OPTION_FAST, 0, NULL), EXIT_FIRMWARE);
    assert_int_equal(run(&verb_reboot, OPTION_DRY_RUN, 0, NULL), EXIT_FINE);
    expect_run(NULL);
}

static void a_refused_one_is_an_error(void **state)
{
    (void)state;
    for (int status = -1; status <= 1; status += 2) {
        fake.run_status = fake.reboot_error = status;
        assert_int_equal(run(&verb_reboot, 0, 0, NULL), EXIT_FAILED);
        assert_int_equal(run(&verb_reboot, OPTION_FIRMWARE, 0, NULL), EXIT_FAILED);
        assert_int_equal(run(&verb_reboot, OPTION_FIRMWARE, clock_now() + 1, NULL), EXIT_FAILED);
        assert_int_equal(notes_has_normal(tree->root), 0);
    }
}

static void ask_molly_guard(const char *directory)
{
    AUTOFREE char *reboot = format("/%s/reboot", directory);
    AUTOFREE char *normal = format("NOT_KEXEC=1 %s", reboot);
    AUTOFREE char *shutdown = format("/%s/shutdown -r +3", directory);

    assert_int_equal(run(&verb_reboot, 0, 0, NULL), EXIT_FINE);
    expect_run(reboot);
    assert_int_equal(run(&verb_reboot, 0, clock_now() + 150 * 1000000, NULL), EXIT_FINE);
    expect_run(shutdown);
    assert_int_equal(fake.scheduled, 0);
    assert_int_equal(run(&verb_normal, 0, 0, NULL), EXIT_FINE);
    expect_run(normal);
    assert_int_equal(notes_has_normal(tree->root), 1);
    assert_int_equal(run(&verb_set_next, 0, 0, "auto"), EXIT_FINE);
    /* This is not the host that was meant. */
    fake.run_status = 1;
    assert_int_equal(run(&verb_normal, 0, 0, NULL), EXIT_FAILED);
    fake.run_status = 0;
    expect_run(normal);
    assert_int_equal(notes_has_normal(tree->root), 0);
    assert_false(asked_firmware());
}

/* It asks over SSH for the name of the host: systemctl would bypass it. */
static void molly_guard_is_asked_first(void **state)
{
    static const char *const DIRECTORIES[] = {"sbin", "usr/sbin", "usr/bin"};

    (void)state;
    tree_write(tree, MOLLY_GUARD, "#!/bin/sh\n");
    for (size_t i = 0; i < ELEMENTS(DIRECTORIES); i++) {
        AUTOFREE char *reboot = format("%s/reboot", DIRECTORIES[i]);
        AUTOFREE char *shutdown = format("%s/shutdown", DIRECTORIES[i]);

        /* As its package for Debian does: a link in place of each command. */
        tree_link(tree, reboot, "/" MOLLY_GUARD);
        tree_link(tree, shutdown, "/" MOLLY_GUARD);
        ask_molly_guard(DIRECTORIES[i]);
        tree_remove(tree, reboot);
        tree_remove(tree, shutdown);
    }
    tree_write(tree, "usr/bin/systemctl", "");
    tree_link(tree, "usr/sbin/reboot", "/usr/bin/systemctl");
    assert_int_equal(run(&verb_reboot, 0, 0, NULL), EXIT_FINE);
    expect_run("systemctl reboot");
}

static void one_is_scheduled_and_taken_back(void **state)
{
    int64_t time = clock_now() + 3600 * (int64_t)1000000;

    (void)state;
    assert_int_equal(run(&verb_reboot, 0, time, NULL), EXIT_FINE);
    assert_int_equal(fake.scheduled, time);
    expect_run(NULL);
    assert_int_equal(run(&verb_reboot, 0, WHEN_CANCEL, NULL), EXIT_FINE);
    assert_int_equal(fake.scheduled, 0);
    assert_int_equal(run(&verb_reboot, OPTION_FIRMWARE, time, NULL), EXIT_FINE);
    assert_int_equal(fake.scheduled, time);
    assert_int_equal(notes_has_normal(tree->root), 1);
    assert_false(asked_firmware());
    assert_int_equal(run(&verb_reboot, 0, WHEN_CANCEL, NULL), EXIT_FINE);
    assert_int_equal(notes_has_normal(tree->root), 1);
}

static void only_a_fast_one(void **state)
{
    (void)state;
    assert_int_equal(run(&verb_reboot, OPTION_FAST, 0, NULL), EXIT_FINE);
    expect_run("systemctl reboot");
    tree_write(tree, CONFIG_FILE, "mode = firmware\n");
    assert_int_equal(run(&verb_reboot, OPTION_FAST, 0, NULL), EXIT_FIRMWARE);
    assert_int_equal(run(&verb_reboot, OPTION_FAST, clock_now() + 1000000, NULL), EXIT_FIRMWARE);
    expect_run(NULL);
    assert_int_equal(fake.scheduled, 0);
}

static void the_next_one_is_set(void **state)
{
    (void)state;
    assert_int_equal(run(&verb_set_next, 0, 0, "firmware"), EXIT_FINE);
    assert_int_equal(notes_has_normal(tree->root), 1);
    assert_int_equal(run(&verb_set_next, 0, 0, "firmware"), EXIT_FINE);
    assert_int_equal(run(&verb_set_next, OPTION_DRY_RUN, 0, "auto"), EXIT_FINE);
    assert_int_equal(notes_has_normal(tree->root), 1);
    assert_int_equal(run(&verb_set_next, 0, 0, "auto"), EXIT_FINE);
    assert_int_equal(notes_has_normal(tree->root), 0);
    assert_int_equal(run(&verb_set_next, OPTION_DRY_RUN, 0, "firmware"), EXIT_FINE);
    assert_int_equal(notes_has_normal(tree->root), 0);
    expect_run(NULL);
    assert_false(asked_firmware());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_reboot_is_asked_of_systemctl),
        TEST(a_refused_one_is_an_error),
        TEST(molly_guard_is_asked_first),
        TEST(one_is_scheduled_and_taken_back),
        TEST(only_a_fast_one),
        TEST(the_next_one_is_set),
    };

    return RUN_TESTS(tests);
}
