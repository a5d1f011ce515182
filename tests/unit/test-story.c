/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A program that ends at any time: killed before or after each change, or out of memory at each
 * allocation. Whatever is left, the next step of the story judges it correctly. Only the system
 * call and PID 1 are fakes. */

#include <fcntl.h>

#include "act/systemd.h"
#include "base/clock.h"
#include "base/paths.h"
#include "ends.h"
#include "facts/notes.h"
#include "fakes.h"
#include "inventory-made.h"
#include "reboot/arrival.h"
#include "reboot/departure.h"
#include "reboot/health.h"
#include "reboot/jump.h"
#include "reboot/load.h"
#include "reboot/records.h"
#include "reboot/trial.h"
#include "test.h"

static const int64_t SECOND = 1000000;

/* The story */

static struct tree *tree;
static int looks_at; /* seconds after the boot */

/* And again when the users have had their minute. */
static int look(int root)
{
    struct config config = {0};
    struct health_seen seen = {.uptime = clock_uptime() + looks_at * SECOND};
    CLEANUP(health_news_clear) struct health_news news, again = {0};
    int r = health_check(root, &config, &seen, &news);

    seen.uptime += 61 * SECOND;
    return r == HEALTH_WAIT ? health_check(root, &config, &seen, &again) : r;
}

/* Without its output. */
static void run_quietly(int (*step)(int root))
{
    int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC), before = dup(STDERR_FILENO);

    (void)fflush(NULL);
    (void)dup2(quiet, STDERR_FILENO);
    (void)step(tree->root);
    (void)dup2(before, STDERR_FILENO);
    (void)close(quiet);
    (void)close(before);
}

/* Runs a step and, unless `at` is -1, kills it at that point. Returns false if it did not get that
 * far. */
static bool run(int (*step)(int root), int at)
{
    if (at >= 0)
        return ends_at(at, step, tree->root);
    run_quietly(step);
    return false;
}

static void run_without_memory(int (*step)(int root), int at_least)
{
    int allocations = ends_without_memory(step, tree->root);

    assert_true(HAS_ASAN || allocations >= at_least); /* scripts/test also runs this without ASan */
}

static bool exists(const char *path)
{
    return faccessat(tree->root, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void forget(const char *path)
{
    if (exists(path))
        tree_remove(tree, path);
}

/* Ends what ends with a boot, and begins the next one. */
static void boot(bool by_kexec)
{
    static int boots;
    AUTOFREE char *id = format("boot %d\n", ++boots), *old = format("old/%d", boots);
    AUTOFREE char *cmdline =
        by_kexec ? tree_read(tree, FAKE_CMDLINE) : xstrdup("BOOT_IMAGE=/vmlinuz ro");

    (void)renameat(tree->root, RUN_DIR, tree->root, old);
    forget(FAKE_JUMP);
    tree_mkdir(tree, RUN_DIR);
    tree_write(tree, "sys/kernel/kexec_loaded", "0\n");
    tree_write(tree, FAKE_LIMIT, "-1\n");
    tree_write(tree, "proc/sys/kernel/random/boot_id", id);
    tree_write(tree, "proc/sys/kernel/bootloader_type", by_kexec ? "208\n" : "114\n");
    tree_write(tree, "proc/cmdline", cmdline);
    fake.shutdown = SHUTDOWN_NONE;
}

/* The machine as installed. Its hardware stays the same from one round to the next. */
static void begin(void)
{
    static const char *const LEFT[] = {STATE_ATTEMPT, STATE_HISTORY, STATE_FAILED, STATE_HEALING,
                                       CONFIG_FILE};

    for (size_t i = 0; i < ELEMENTS(LEFT); i++)
        forget(LEFT[i]);
    fake_reset(tree);
    fake.point = ends_point;
    boot(false);
    (void)run(arrival_judge, -1);
}

static void end(void)
{
    assert_false(exists(STATE_ATTEMPT ".damaged") || exists(STATE_HISTORY ".damaged"));
    assert_false(exists(STATE_FAILED ".damaged") || exists(STATE_HEALING ".damaged"));
}

static int setup(void **state)
{
    assert_int_equal(tree_setup(state), 0);
    tree = *state;
    tree_debian(tree);
    tree_server(tree);
    tree_mkdir(tree, STATE_DIR);
    tree_mkdir(tree, "old");
    ends_setup();
    return 0;
}

/* The reboot as PID 1 runs it. Returns true if the kernel was started. */
static bool shut_down(int departure_at, int jump_at, bool *ret_interrupted)
{
    bool first, second;

    fake.shutdown = SHUTDOWN_REBOOT;
    fake.job++;
    first = run(departure_load, departure_at);
    second = run(jump_run, jump_at);
    *ret_interrupted = first || second;
    return exists(FAKE_JUMP);
}

static void lose_the_disk(void)
{
    tree_remove(tree, "sys/block/sda");
}

static void bring_the_disk_back(void)
{
    if (exists("sys/block/sda"))
        return;
    tree_link(tree, "sys/block/sda",
              "../devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda");
}

static size_t failures(void)
{
    CLEANUP(failure_facts_clear) struct failure_facts facts;

    records_read_failures(tree->root, &facts);
    assert_int_equal(facts.error, 0);
    return facts.failures.n;
}

static void expect(enum outcome outcome, enum health health, const char *text, int at)
{
    CLEANUP(boot_record_clear) struct boot_record record;

    assert_int_equal(records_read_boot(tree->root, &record), 1);
    if (record.outcome != outcome || record.health != health || !strstr(record.text, text))
        fail_msg("at %d: %s, health %d: %s", at, outcome_name(record.outcome), record.health,
                 record.text);
}

/* How many lines of the history have that outcome; there are never two about one attempt. */
static int lines(enum outcome outcome)
{
    CLEANUP(history_clear) struct history history;
    int n = 0;

    assert_true(records_read_history(tree->root, &history) >= 0);
    for (size_t i = 0; i < history.n; i++) {
        n += history.all[i].outcome == outcome;
        for (size_t k = 0; k < i; k++)
            assert_false(history.all[i].id && history.all[k].id &&
                         streq(history.all[i].id, history.all[k].id));
    }
    return n;
}

static void expect_a_good_reboot(int at)
{
    bool interrupted;

    assert_true(shut_down(-1, -1, &interrupted));
    boot(true);
    (void)run(arrival_judge, -1);
    looks_at = 20;
    (void)run(look, -1);
    expect(OUTCOME_FAST, HEALTH_COMPLETE, "fast and complete", at);
    assert_false(exists(STATE_ATTEMPT) || exists(RUN_HEALTH));
}

/* Interrupted before the jump */

static bool is_loaded(void)
{
    AUTOFREE char *loaded = tree_read(tree, "sys/kernel/kexec_loaded");

    return *loaded == '1';
}

static int early(int root)
{
    load_early(root);
    return 0;
}

/* An older initrd, so that loading is needed again. */
static void load_an_old_one(void)
{
    tree_write(tree, CONFIG_FILE, "load = early\n");
    tree_write(tree, "boot/initrd.img-6.1.0-33-amd64", TREE_INITRD "o");
    (void)run(early, -1);
    assert_true(is_loaded());
    tree_write(tree, "boot/initrd.img-6.1.0-33-amd64", TREE_INITRD "n");
}

/* The go-ahead comes last: either the reboot is fast with everything recorded, or it goes through
 * the firmware. Then the kernel is not to blame, and none is left for kexec.target to start. */
static void departure_ends_anywhere(void **state)
{
    (void)state;
    for (int old = 0; old < 2; old++) {
        bool interrupted = true;

        for (int at = 0; interrupted; at++) {
            bool jumped;

            begin();
            if (old)
                load_an_old_one();
            jumped = shut_down(at, -1, &interrupted);
            assert_true(jumped || interrupted);
            assert_int_equal(is_loaded(), jumped);
            boot(jumped);
            (void)run(arrival_judge, -1);
            looks_at = 20;
            (void)run(look, -1);
            if (jumped)
                expect(OUTCOME_FAST, HEALTH_COMPLETE, "fast and complete", at);
            else
                assert_int_equal(lines(OUTCOME_FAST), 0);
            assert_int_equal(failures(), 0);
            expect_a_good_reboot(at);
            end();
        }
    }
}

/* A kernel that may or may not have been loaded is loaded again. */
static void an_early_load_ends_anywhere(void **state)
{
    bool interrupted = true;

    (void)state;
    for (int at = 0; interrupted; at++) {
        AUTOFREE char *before = NULL, *after = NULL;

        begin();
        load_an_old_one();
        before = tree_read(tree, FAKE_CMDLINE);
        interrupted = run(early, at);
        expect_a_good_reboot(at);
        after = tree_read(tree, FAKE_CMDLINE);
        assert_string_not_equal(before, after);
        end();
    }
}

static void jump_ends_anywhere(void **state)
{
    bool interrupted = true;

    (void)state;
    for (int at = 0; interrupted; at++) {
        bool jumped;

        begin();
        jumped = shut_down(-1, at, &interrupted);
        boot(jumped);
        (void)run(arrival_judge, -1);
        if (jumped)
            expect(OUTCOME_FAST, HEALTH_CHECKING, "fast", at);
        else
            expect(OUTCOME_FAILED, HEALTH_UNKNOWN, "", at);
        end();
    }
}

/* A trial of a fast reboot */

static int try(int root)
{
    CLEANUP(trial_clear) struct trial trial;

    trial_run(root, &trial);
    return trial.result == TRIAL_PASSED ? 0 : -ECANCELED;
}

static int arrive(int root)
{
    trial_clean(root);
    return arrival_judge(root);
}

static void expect_nothing_of_the_trial(void)
{
    assert_false(exists(STATE_TEST) || exists(STATE_DIR "/.test.new") || exists(STATE_ATTEMPT));
    assert_false(exists(RUN_JUMP) || exists(RUN_BEGUN));
    assert_int_equal(failures(), 0);
    assert_int_equal(lines(OUTCOME_FAILED), 0);
}

/* No boot takes it for a reboot, and no kernel is blamed, whatever comes next: the next trial, a
 * reboot, or a power cut. What is loaded has fastreboot's note, so that every reboot replaces or
 * drops it. */
static void a_trial_ends_anywhere(void **state)
{
    enum { AGAIN, REBOOT, FIRMWARE_REBOOT, POWER_CUT, N };

    (void)state;
    for (int next = 0; next < N; next++) {
        bool interrupted = true, jumped;

        for (int at = 0; interrupted; at++) {
            begin();
            interrupted = run(try, at);
            assert_true(!is_loaded() || exists(RUN_LOADED));
            assert_true(!is_loaded() || interrupted);
            if (next == AGAIN) {
                assert_int_equal(try(tree->root), 0);
                expect_nothing_of_the_trial();
                assert_false(is_loaded());
            } else if (next == REBOOT) {
                assert_true(shut_down(-1, -1, &jumped));
                boot(true);
                (void)run(arrive, -1);
                looks_at = 20;
                (void)run(look, -1);
                expect(OUTCOME_FAST, HEALTH_COMPLETE, "fast and complete", at);
            } else if (next == FIRMWARE_REBOOT) {
                tree_write(tree, CONFIG_FILE, "mode = firmware\n");
                assert_false(shut_down(-1, -1, &jumped));
                assert_false(is_loaded());
                tree_remove(tree, CONFIG_FILE);
                boot(false);
                (void)run(arrive, -1);
            } else {
                boot(false);
                (void)run(arrive, -1);
                expect(OUTCOME_UNKNOWN, HEALTH_UNKNOWN, "", at);
            }
            if (next != AGAIN)
                expect_nothing_of_the_trial();
            expect_a_good_reboot(at);
            end();
        }
    }
}

/* Interrupted after the jump */

static void set_out(void)
{
    bool interrupted;

    begin();
    assert_true(shut_down(-1, -1, &interrupted));
}

static void arrival_ends_anywhere(void **state)
{
    bool interrupted = true;

    (void)state;
    for (int at = 0; interrupted; at++) {
        set_out();
        boot(true);
        interrupted = run(arrival_judge, at);
        (void)run(arrival_judge, -1); /* PID 1 starts it again */
        expect(OUTCOME_FAST, HEALTH_CHECKING, "under way", at);
        looks_at = 20;
        (void)run(look, -1);
        expect(OUTCOME_FAST, HEALTH_COMPLETE, "fast and complete", at);
        assert_int_equal(lines(OUTCOME_FAST), 1);
        assert_int_equal(failures(), 0);
        end();
    }
}

static void arrival_ends_with_the_machine(void **state)
{
    bool interrupted = true;

    (void)state;
    for (int at = 0; interrupted; at++) {
        set_out();
        boot(true);
        interrupted = run(arrival_judge, at);
        boot(false); /* a reset */
        (void)run(arrival_judge, -1);
        expect(OUTCOME_FAILED, HEALTH_UNKNOWN, "", at);
        assert_int_equal(lines(OUTCOME_FAILED), 1);
        assert_int_equal(failures(), 1);
        end();
    }
}

static void a_failure_is_remembered_all_the_same(void **state)
{
    (void)state;
    for (int reset = 0; reset < 2; reset++) {
        bool interrupted = true;

        for (int at = 0; interrupted; at++) {
            set_out();
            boot(false);
            interrupted = run(arrival_judge, at);
            if (reset)
                boot(false);
            (void)run(arrival_judge, -1);
            if (!reset)
                expect(OUTCOME_FAILED, HEALTH_UNKNOWN, "", at);
            assert_int_equal(lines(OUTCOME_FAILED), 1);
            assert_int_equal(failures(), 1);
            assert_false(exists(STATE_ATTEMPT));
            end();
        }
    }
}

static void a_check_ends_anywhere(void **state)
{
    (void)state;
    for (int reset = 0; reset < 2; reset++) {
        bool interrupted = true;

        for (int at = 0; interrupted; at++) {
            set_out();
            boot(true);
            (void)run(arrival_judge, -1);
            looks_at = 20;
            interrupted = run(look, at);
            if (reset) {
                boot(false);
                (void)run(arrival_judge, -1);
            }
            (void)run(look, -1);
            if (!reset)
                expect(OUTCOME_FAST, HEALTH_COMPLETE, "fast and complete", at);
            /* What the history calls good is not remembered as bad, and vice versa. */
            assert_int_equal(lines(OUTCOME_FAST) + lines(OUTCOME_FAILED), 1);
            assert_int_equal(failures(), lines(OUTCOME_FAILED));
            assert_false(exists(STATE_ATTEMPT));
            end();
        }
    }
}

static void a_loss_is_healed_once_all_the_same(void **state)
{
    (void)state;
    for (int reset = 0; reset < 2; reset++) {
        bool interrupted = true;

        for (int at = 0; interrupted; at++) {
            set_out();
            boot(true);
            (void)run(arrival_judge, -1);
            lose_the_disk();
            looks_at = 300;
            interrupted = run(look, at);
            if (!reset) {
                (void)run(look, -1);
                assert_true(exists(RUN_NORMAL));
                expect(OUTCOME_DAMAGED, HEALTH_MISSING, "something is missing: disk", at);
            }
            boot(false);
            (void)run(arrival_judge, -1);
            bring_the_disk_back();
            looks_at = 30;
            (void)run(look, -1);
            assert_false(exists(RUN_NORMAL) || exists(STATE_HEALING) || exists(STATE_ATTEMPT));
            assert_int_equal(failures(), 1);
            end();
        }
    }
}

static void what_the_firmware_did_is_told_once(void **state)
{
    (void)state;
    for (int back = 0; back < 2; back++) {
        bool interrupted = true;

        for (int at = 0; interrupted; at++) {
            const char *text = back ? "everything is back" : "still missing after";
            CLEANUP(boot_record_clear) struct boot_record record;

            set_out();
            boot(true);
            (void)run(arrival_judge, -1);
            lose_the_disk();
            looks_at = 300;
            (void)run(look, -1);
            boot(false);
            (void)run(arrival_judge, -1);
            if (back)
                bring_the_disk_back();
            interrupted = run(look, at);
            (void)run(look, -1);
            assert_int_equal(records_read_boot(tree->root, &record), 1);
            assert_non_null(strstr(record.text, text));
            assert_null(strstr(strstr(record.text, text) + 1, text));
            assert_int_equal(failures(), back);
            assert_false(exists(STATE_HEALING) || exists(RUN_HEALTH) || exists(RUN_NORMAL));
            bring_the_disk_back();
            end();
        }
    }
}

/* Out of memory */

static void a_trial_ends_without_memory(void **state)
{
    (void)state;
    begin();
    run_without_memory(try, 100);
    expect_nothing_of_the_trial();
    assert_false(is_loaded());
}

static void the_way_down_ends_without_memory(void **state)
{
    (void)state;
    begin();
    load_an_old_one();
    run_without_memory(early, 100);
    fake.shutdown = SHUTDOWN_REBOOT;
    run_without_memory(departure_load, 100);
    run_without_memory(jump_run, 10);
    assert_true(exists(FAKE_JUMP));
}

static void the_way_up_ends_without_memory(void **state)
{
    (void)state;
    set_out();
    boot(true);
    run_without_memory(arrival_judge, 100);
    expect(OUTCOME_FAST, HEALTH_CHECKING, "under way", 0);
    looks_at = 20;
    run_without_memory(look, 100);
    expect(OUTCOME_FAST, HEALTH_COMPLETE, "fast and complete", 0);
    set_out();
    boot(false);
    run_without_memory(arrival_judge, 100);
    assert_int_equal(failures(), 1);
}

static void a_cure_ends_without_memory(void **state)
{
    (void)state;
    set_out();
    boot(true);
    (void)run(arrival_judge, -1);
    lose_the_disk();
    looks_at = 300;
    run_without_memory(look, 100);
    assert_true(exists(RUN_NORMAL));
    boot(false);
    run_without_memory(arrival_judge, 100);
    bring_the_disk_back();
    run_without_memory(look, 100);
    assert_false(exists(STATE_HEALING) || exists(RUN_HEALTH));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(departure_ends_anywhere),
        TEST(an_early_load_ends_anywhere),
        TEST(a_trial_ends_anywhere),
        TEST(a_trial_ends_without_memory),
        TEST(jump_ends_anywhere),
        TEST(arrival_ends_anywhere),
        TEST(arrival_ends_with_the_machine),
        TEST(a_failure_is_remembered_all_the_same),
        TEST(a_check_ends_anywhere),
        TEST(a_loss_is_healed_once_all_the_same),
        TEST(what_the_firmware_did_is_told_once),
        TEST(the_way_down_ends_without_memory),
        TEST(the_way_up_ends_without_memory),
        TEST(a_cure_ends_without_memory),
    };

    return RUN_TESTS(tests);
}
