/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* `fastreboot test`. With the word "answers" this prints some in JSON, for tests/check-schema. */

#include "reboot/trial.h"

#include <fcntl.h>
#include <sys/file.h>

#include "act/systemd.h"
#include "base/paths.h"
#include "fakes.h"
#include "reboot/load.h"
#include "report/report.h"
#include "test.h"
#include "verbs/verb.h"

extern const struct verb verb_test;

#define LIMIT FAKE_LIMIT
#define LOADED "sys/kernel/kexec_loaded"

static struct tree *tree;

static int setup(void **state)
{
    assert_int_equal(tree_setup(state), 0);
    tree = *state;
    tree_debian(tree);
    tree_mkdir(tree, STATE_DIR);
    fake_reset(tree);
    return 0;
}

static bool exists(const char *path)
{
    return faccessat(tree->root, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool is_loaded(void)
{
    AUTOFREE char *loaded = tree_read(tree, LOADED);

    return loaded && *loaded == '1';
}

/* Asserts the result, and that the error has `text` in it; NULL: that there is none. */
static void expect(enum trial_result result, const char *text)
{
    CLEANUP(trial_clear) struct trial trial;

    trial_run(tree->root, &trial);
    if (trial.result != result)
        fail_msg("%d: %s", trial.result, trial.error);
    if (!text)
        assert_null(trial.error);
    else if (!trial.error || !strstr(trial.error, text))
        fail_msg("%s", trial.error);
    assert_int_equal(trial.load >= 0, result == TRIAL_PASSED);
    assert_false(exists(STATE_TEST) || exists(STATE_DIR "/.test.new") || exists(STATE_ATTEMPT));
    assert_false(exists(RUN_JUMP) || exists(RUN_BEGUN) || exists(RUN_MODULES));
}

static int points;

/* What there is while the kernel is loaded and dropped: the attempt, under its own name; and nobody
 * else can load. */
static void look_on(void)
{
    AUTOCLOSE int fd = openat(tree->root, RUN_DIR, O_RDONLY | O_DIRECTORY);

    points++;
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
    assert_true(exists(STATE_TEST));
    assert_false(exists(STATE_ATTEMPT));
    assert_true(exists(RUN_LOADED));
}

static void everything_but_the_reboot(void **state)
{
    (void)state;
    points = 0;
    fake.point = look_on;
    expect(TRIAL_PASSED, NULL);
    fake.point = NULL;
    assert_int_equal(points, 4);
    assert_int_equal(fake.loads, 1);
    assert_int_equal(fake.unloads, 1);
    assert_false(is_loaded() || exists(RUN_LOADED));
}

/* What another program has loaded is neither replaced nor dropped. */
static void another_programs_kernel_stays(void **state)
{
    (void)state;
    tree_write(tree, LOADED, "1\n");
    expect(TRIAL_REFUSED, "another program loaded");
    tree_write(tree, CONFIG_FILE, "mode = firmware\n");
    expect(TRIAL_REFUSED, "another program loaded");
    assert_int_equal(fake.loads + fake.unloads, 0);
    assert_true(is_loaded());
    tree_remove(tree, LOADED);
    tree_mkdir(tree, LOADED);
    expect(TRIAL_REFUSED, "cannot tell whether a kernel is loaded");
    assert_int_equal(fake.loads + fake.unloads, 0);
}

static void not_during_a_shutdown(void **state)
{
    static const int SHUTDOWNS[] = {SHUTDOWN_REBOOT, SHUTDOWN_KEXEC, SHUTDOWN_OFF};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(SHUTDOWNS); i++) {
        fake.shutdown = SHUTDOWNS[i];
        expect(TRIAL_REFUSED, "a shutdown is under way");
    }
    fake.shutdown = -ETIMEDOUT;
    expect(TRIAL_REFUSED, "cannot ask PID 1");
    assert_int_equal(fake.loads + fake.unloads, 0);
}

/* It takes two, and the reboot needs one. */
static void the_last_loads_are_left(void **state)
{
    (void)state;
    for (int left = 1; left <= 4; left++) {
        AUTOFREE char *text = format("%d\n", left);

        tree_write(tree, LIMIT, text);
        fake.loads = 0;
        if (left < 3)
            expect(TRIAL_REFUSED, "kexec_load_limit_reboot is");
        else
            expect(TRIAL_PASSED, NULL);
        assert_int_equal(fake.loads, left >= 3);
    }
    tree_write(tree, LIMIT, "0\n");
    expect(TRIAL_REFUSED, "kexec_load_limit_reboot is 0");
    tree_write(tree, LIMIT, "-1\n");
    expect(TRIAL_PASSED, NULL);
}

static void load_early_now(void)
{
    tree_write(tree, CONFIG_FILE, "load = early\n");
    load_early(tree->root);
    assert_true(is_loaded());
    fake.loads = 0;
}

/* As before: one is loaded, and it is the current one. */
static void an_early_kernel_stays(void **state)
{
    (void)state;
    for (int counted = 1; counted >= 0; counted--) {
        if (!counted)
            tree_write(tree, LIMIT, "-1\n");
        load_early_now();
        expect(TRIAL_PASSED, NULL);
        assert_int_equal(fake.loads, 0); /* the reboot would not load it either */
        assert_int_equal(fake.unloads, 0);
        assert_true(is_loaded() && exists(RUN_LOADED));
        tree_remove(tree, LIMIT);
        expect(TRIAL_PASSED, NULL);
        assert_int_equal(fake.loads, 1);
    }
    tree_write(tree, LIMIT, "1\n");
    expect(TRIAL_REFUSED, "kexec_load_limit_reboot is 1: the test would take 1");
    tree_write(tree, LIMIT, "2\n");
    expect(TRIAL_PASSED, NULL);
    /* It is good enough where nothing can be loaded, and stays so. */
    tree_write(tree, "proc/sys/kernel/kexec_load_disabled", "1\n");
    fake.loads = 0;
    expect(TRIAL_PASSED, NULL);
    assert_int_equal(fake.loads + fake.unloads, 0);
    assert_true(is_loaded());
    /* Unless it may be another one. */
    tree_write(tree, LIMIT, "0\n");
    expect(TRIAL_REFUSED, "kexec_load_limit_reboot is 0");
    assert_int_equal(fake.loads + fake.unloads, 0);
    assert_true(is_loaded());
}

/* The last load that the kernel takes may be fastreboot's. */
static void the_last_load_stays(void **state)
{
    (void)state;
    tree_write(tree, LIMIT, "3\n");
    load_early_now();
    tree_write(tree, CONFIG_FILE, "panic = 60\n");
    expect(TRIAL_PASSED, NULL);
    tree_write(tree, CONFIG_FILE, "panic = 50\n");
    expect(TRIAL_REFUSED, "kexec_load_limit_reboot is 1: the test would take 1");
}

static void what_would_go_through_the_firmware(void **state)
{
    (void)state;
    tree_write(tree, CONFIG_FILE, "mode = firmware\n");
    expect(TRIAL_FIRMWARE, NULL);
    assert_int_equal(fake.loads, 0);
    tree_remove(tree, CONFIG_FILE);
    fake.load_error = ENOEXEC;
    expect(TRIAL_FIRMWARE, "loading kernel /vmlinuz");
    assert_false(is_loaded() || exists(RUN_LOADED));
    fake.load_error = 0;
    tree_mkdir(tree, STATE_DIR "/.test.new/in the way");
    fake.loads = 0;
    {
        CLEANUP(trial_clear) struct trial trial;

        trial_run(tree->root, &trial);
        assert_int_equal(trial.result, TRIAL_FIRMWARE);
        assert_non_null(strstr(trial.error, "/" STATE_TEST ": "));
    }
    assert_int_equal(fake.loads, 0);
}

static void what_cannot_be_dropped_is_told(void **state)
{
    (void)state;
    fake.unload_error = EBUSY;
    {
        CLEANUP(trial_clear) struct trial trial;

        trial_run(tree->root, &trial);
        assert_int_equal(trial.result, TRIAL_REFUSED);
        assert_non_null(strstr(trial.error, "cannot drop the loaded kernel"));
    }
    assert_true(is_loaded() && exists(RUN_LOADED) && exists(STATE_TEST));
    fake.unload_error = 0;
    expect(TRIAL_PASSED, NULL);
    assert_false(is_loaded());
}

/* Its attempt is not the one of the machine that is being checked. */
static void a_health_check_goes_on(void **state)
{
    AUTOFREE char *after = NULL;
    CLEANUP(trial_clear) struct trial trial;

    (void)state;
    tree_write(tree, STATE_ATTEMPT, "{\"state\":\"checking\"}\n");
    trial_run(tree->root, &trial);
    assert_int_equal(trial.result, TRIAL_PASSED);
    after = tree_read(tree, STATE_ATTEMPT);
    assert_string_equal(after, "{\"state\":\"checking\"}\n");
}

/* Killed, before. */
static void leavings_are_removed(void **state)
{
    (void)state;
    tree_write(tree, STATE_TEST, "{");
    tree_write(tree, STATE_DIR "/.test.new", "");
    expect(TRIAL_PASSED, NULL);
    for (int fast = 0; fast < 2; fast++) {
        load_early_now();
        tree_write(tree, STATE_TEST, "{");
        tree_write(tree, CONFIG_FILE, fast ? "" : "mode = firmware\n");
        expect(fast ? TRIAL_PASSED : TRIAL_FIRMWARE, NULL);
        assert_false(is_loaded());
    }
    load_early_now(); /* what is to be loaded early stays */
    tree_write(tree, STATE_TEST, "{");
    expect(TRIAL_PASSED, NULL);
    assert_true(is_loaded());
    tree_write(tree, STATE_TEST, "{");
    tree_write(tree, STATE_DIR "/.test.new", "");
    trial_clean(tree->root);
    assert_false(exists(STATE_TEST) || exists(STATE_DIR "/.test.new"));
}

static int run_verb(unsigned options)
{
    const struct call call = {.root = tree->root, .given = options};
    int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC), out = dup(STDOUT_FILENO), r;

    (void)fflush(stdout);
    assert_true(dup2(quiet, STDOUT_FILENO) >= 0);
    r = verb_test.run(&call);
    (void)fflush(stdout);
    assert_true(dup2(out, STDOUT_FILENO) >= 0);
    (void)close(out), (void)close(quiet);
    return r;
}

static void exit_statuses(void **state)
{
    (void)state;
    for (unsigned options = 0; options <= OPTION_JSON; options += OPTION_JSON) {
        assert_int_equal(run_verb(options), EXIT_FINE);
        tree_write(tree, "sys/block/md0/md/degraded", "1\n");
        tree_write(tree, "sys/block/md0/md/raid_disks", "2\n");
        assert_int_equal(run_verb(options), EXIT_WARNINGS);
        tree_remove(tree, "sys/block/md0/md/degraded");
        fake.load_error = ENOEXEC;
        assert_int_equal(run_verb(options), EXIT_FIRMWARE);
        fake.load_error = 0;
        tree_write(tree, CONFIG_FILE, "mode = firmware\n");
        assert_int_equal(run_verb(options), EXIT_FIRMWARE);
        tree_remove(tree, CONFIG_FILE);
        fake.shutdown = SHUTDOWN_REBOOT;
        assert_int_equal(run_verb(options), EXIT_FAILED);
        fake.shutdown = SHUTDOWN_NONE;
    }
}

/* One line for each. */
static int print_answers(void)
{
    void *state = NULL;

    (void)setup(&state);
    report_json_on_one_line(true);
    for (int i = 0; i < 3; i++) {
        CLEANUP(trial_clear) struct trial trial;

        if (i == 1)
            tree_write(tree, CONFIG_FILE, "mode = firmware\n");
        if (i == 2)
            tree_write(tree, LOADED, "1\n");
        trial_run(tree->root, &trial);
        report_trial_json(&trial);
    }
    return tree_teardown(&state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_but_the_reboot),
        TEST(another_programs_kernel_stays),
        TEST(not_during_a_shutdown),
        TEST(the_last_loads_are_left),
        TEST(an_early_kernel_stays),
        TEST(the_last_load_stays),
        TEST(what_would_go_through_the_firmware),
        TEST(what_cannot_be_dropped_is_told),
        TEST(a_health_check_goes_on),
        TEST(leavings_are_removed),
        TEST(exit_statuses),
    };

    if (argc > 1 && streq(argv[1], "answers"))
        return print_answers();
    return RUN_TESTS(tests);
}
