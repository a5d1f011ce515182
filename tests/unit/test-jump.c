/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/jump.h"

#include <fcntl.h>

#include "act/systemd.h"
#include "base/paths.h"
#include "fakes.h"
#include "reboot/notes.h"
#include "reboot/records.h"
#include "reboot/trace.h"
#include "test.h"

static int setup(void **state)
{
    const struct attempt attempt = {
        .id = (char *)"1", .boot_id = (char *)"2", .time = 3, .state = ATTEMPT_LOADED};
    const struct loaded_facts loaded = {
        .id = (char *)"1", .release = (char *)"6.1.0", .signature = (char *)"s"};
    const struct tree *tree;

    assert_int_equal(tree_setup(state), 0);
    tree = *state;
    tree_mkdir(tree, STATE_DIR);
    tree_mkdir(tree, RUN_DIR);
    fake_reset(tree);
    fake.shutdown = SHUTDOWN_REBOOT;
    tree_write(tree, "proc/sys/kernel/random/boot_id", "2\n");
    tree_write(tree, "sys/kernel/kexec_loaded", "1\n");
    assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, &attempt), 0);
    assert_int_equal(notes_write_loaded(tree->root, &loaded), 0);
    assert_int_equal(notes_write_begun(tree->root, 7), 0);
    assert_int_equal(notes_write_go_ahead(tree->root, &(struct go_ahead){.job = 7}), 0);
    return 0;
}

static void expect_state(const struct tree *tree, enum attempt_state state, const char *reason)
{
    CLEANUP(attempt_clear) struct attempt attempt;

    assert_int_equal(records_read_attempt(tree->root, STATE_ATTEMPT, &attempt), 1);
    assert_int_equal(attempt.state, state);
    if (reason && !strstr(attempt.reason, reason))
        fail_msg("\"%s\" does not say \"%s\"", attempt.reason, reason);
}

static void expect(const struct tree *tree, int r, bool jump, bool loaded, const char *reason)
{
    AUTOFREE char *text = NULL;

    assert_int_equal(jump_run(tree->root), r);
    assert_int_equal(faccessat(tree->root, FAKE_JUMP, F_OK, 0) == 0, jump);
    text = tree_read(tree, "sys/kernel/kexec_loaded");
    assert_int_equal(*text == '1', loaded);
    expect_state(tree, reason ? ATTEMPT_FAILED : ATTEMPT_LOADED, reason);
}

static void with_a_go_ahead_it_jumps(void **state)
{
    expect(*state, 0, true, true, NULL);
    assert_int_equal(fake.armed, 0);
}

/* For the figures of the next boot. */
static void when_it_jumped_is_left_behind(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *left = NULL;

    tree_write(tree, "proc/sys/kernel/random/boot_id", "2\n");
    expect(tree, 0, true, true, NULL);
    left = tree_read(tree, STATE_JUMPED);
    assert_non_null(left);
    assert_non_null(strstr(left, "\"boot_id\":\"2\""));
    assert_non_null(strstr(left, "\"jump\":"));
}

/* The mark in the kernel's log, from which on a trace counts. */
static void a_traced_jump_is_marked(void **state)
{
    const struct tree *tree = *state;
    const struct attempt attempt = {.id = (char *)"1", .boot_id = (char *)"2"};
    AUTOFREE char *before = NULL, *after = NULL;

    tree_write(tree, "dev/kmsg", "");
    expect(tree, 0, true, true, NULL);
    before = tree_read(tree, "dev/kmsg");
    assert_string_equal(before, "");
    tree_write(tree, RUN_TRACE, "{}\n");
    trace_note(tree->root, &attempt);
    expect(tree, 0, true, true, NULL);
    after = tree_read(tree, "dev/kmsg");
    assert_string_equal(after, "<6>fastreboot: tracing attempt 1\n");
}

/* Without one nothing is to be read from the store. */
static void what_is_no_jump_is_not_marked(void **state)
{
    const struct tree *tree = *state;
    const struct attempt attempt = {.id = (char *)"1", .boot_id = (char *)"2"};
    AUTOFREE char *text = NULL;

    tree_write(tree, "dev/kmsg", "");
    tree_write(tree, RUN_TRACE, "{}\n");
    trace_note(tree->root, &attempt);
    notes_remove_go_ahead(tree->root);
    (void)jump_run(tree->root);
    text = tree_read(tree, "dev/kmsg");
    assert_string_equal(text, "");
}

/* A reboot before fastreboot.service has started in the boot after a fast reboot: that boot has yet
 * to be judged, by the next one. */
static void the_attempt_of_an_earlier_boot_stays(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "proc/sys/kernel/random/boot_id", "3\n");
    notes_remove_go_ahead(tree->root);
    notes_remove_begun(tree->root);
    (void)jump_run(tree->root);
    expect_state(tree, ATTEMPT_LOADED, NULL);
}

static void the_watchdog_is_armed_first(void **state)
{
    const struct tree *tree = *state;
    const struct go_ahead go = {.job = 7, .watchdog = 180};

    assert_int_equal(notes_write_go_ahead(tree->root, &go), 0);
    fake.watchdog_error = ERANGE; /* better a jump without a watchdog than no jump */
    expect(tree, 0, true, true, NULL);
    assert_int_equal(fake.armed, 180);
}

/* dracut's initrd is unpacked while the kernel is loaded. */
static void the_initrds_script_must_be_able_to_start_a_kernel(void **state)
{
    tree_write(*state, "run/initramfs/shutdown", "#!/bin/sh\nreboot -f\n");
    expect(*state, -ECANCELED, false, false, "a script that is not known to start a kernel");
}

static void a_script_that_cannot_be_read_is_not_trusted(void **state)
{
    tree_mkdir(*state, "run/initramfs/shutdown");
    expect(*state, -ECANCELED, false, false,
           "cannot tell whether the end of the shutdown can start the next kernel: Is a directory");
}

/* kexec.target would start it. */
static void without_a_go_ahead_the_kernel_goes(void **state)
{
    const struct tree *tree = *state;

    notes_remove_go_ahead(tree->root);
    expect(tree, 0, false, false, "loading the kernel was interrupted");
}

static void a_kernel_that_does_not_go_fails_the_unit(void **state)
{
    const struct tree *tree = *state;

    notes_remove_go_ahead(tree->root);
    fake.unload_error = EPERM;
    expect(tree, -ECANCELED, false, true, "loading the kernel was interrupted");
}

static void another_programs_kernel_stays(void **state)
{
    const struct tree *tree = *state;

    notes_remove_go_ahead(tree->root);
    notes_remove_loaded(tree->root);
    expect(tree, 0, false, true, "loading the kernel was interrupted");
    assert_int_equal(fake.unloads, 0);
}

/* systemd-kexec.service comes next, and would start or load a kernel that nobody decided on. */
static void a_load_without_an_end_is_no_kexec(void **state)
{
    const struct tree *tree = *state;

    notes_remove_go_ahead(tree->root);
    notes_remove_loaded(tree->root);
    fake.shutdown = SHUTDOWN_KEXEC;
    expect(tree, -ECANCELED, false, true, "loading the kernel was interrupted");
    /* If /var is a separate file system, it is unmounted by now. */
    assert_int_equal(records_remove_attempt(tree->root, STATE_ATTEMPT), 0);
    assert_int_equal(jump_run(tree->root), -ECANCELED);
    fake.shutdown = -ECONNREFUSED;
    assert_int_equal(jump_run(tree->root), -ECANCELED);
}

static void without_a_load_kexec_target_is_not_touched(void **state)
{
    const struct tree *tree = *state;

    notes_remove_go_ahead(tree->root);
    notes_remove_loaded(tree->root);
    fake.shutdown = SHUTDOWN_KEXEC;
    assert_int_equal(notes_write_begun(tree->root, 6), 0); /* of a reboot that was cancelled */
    assert_int_equal(jump_run(tree->root), 0);
    notes_remove_begun(tree->root);
    assert_int_equal(jump_run(tree->root), 0);
}

/* Whether this reboot's load began is not known. */
static void a_begun_note_that_cannot_be_read_is_no_kexec(void **state)
{
    static const char *const NOTES[] = {"{", "{}", "{\"version\":3,\"job\":6}"};
    const struct tree *tree = *state;

    notes_remove_go_ahead(tree->root);
    notes_remove_loaded(tree->root);
    fake.shutdown = SHUTDOWN_KEXEC;
    for (size_t i = 0; i < ELEMENTS(NOTES); i++) {
        tree_write(tree, RUN_BEGUN, NOTES[i]);
        assert_int_equal(jump_run(tree->root), -ECANCELED);
    }
}

static void a_go_ahead_is_for_kexec_target_too(void **state)
{
    fake.shutdown = SHUTDOWN_KEXEC;
    expect(*state, 0, true, true, NULL);
}

static void the_firmware_is_for_any_kernel(void **state)
{
    const struct tree *tree = *state;

    notes_remove_loaded(tree->root);
    assert_int_equal(notes_write_normal(tree->root, ""), 0);
    assert_int_equal(jump_run(tree->root), 0);
    expect_state(tree, ATTEMPT_FIRMWARE, "a firmware reboot was requested");
    tree_write(tree, "sys/kernel/kexec_loaded", "1\n");
    fake.unload_error = EPERM;
    assert_int_equal(jump_run(tree->root), -ECANCELED);
}

static void a_go_ahead_is_for_one_reboot(void **state)
{
    fake.job = 8;
    expect(*state, -ECANCELED, false, false, "another reboot");
}

static void a_go_ahead_is_for_no_poweroff(void **state)
{
    fake.shutdown = SHUTDOWN_OFF;
    expect(*state, -ECANCELED, false, false, "another reboot");
}

static void a_damaged_go_ahead_is_none(void **state)
{
    tree_write(*state, RUN_JUMP, "{");
    expect(*state, -ECANCELED, false, false, RUN_JUMP ": damaged");
}

/* fastreboot was replaced by an older version after the load. */
static void a_newer_go_ahead_is_none(void **state)
{
    tree_write(*state, RUN_JUMP, "{\"version\":3,\"job\":7}");
    expect(*state, -ECANCELED, false, false, RUN_JUMP ": written by a newer version of fastreboot");
}

static void without_pid_1_there_is_no_jump(void **state)
{
    fake.shutdown = -ENOENT;
    expect(*state, -ECANCELED, false, false, "cannot ask PID 1");
}

static void what_pid_1_refuses_is_written_down(void **state)
{
    fake.jump_error = EACCES;
    expect(*state, -ECANCELED, false, false, "PID 1 refused");
}

static void without_a_kernel_there_is_no_jump(void **state)
{
    tree_write(*state, "sys/kernel/kexec_loaded", "0\n");
    expect(*state, -ECANCELED, false, false, "no kernel is loaded any more");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(when_it_jumped_is_left_behind),
        TEST(with_a_go_ahead_it_jumps),
        TEST(a_traced_jump_is_marked),
        TEST(what_is_no_jump_is_not_marked),
        TEST(the_attempt_of_an_earlier_boot_stays),
        TEST(the_watchdog_is_armed_first),
        TEST(without_a_go_ahead_the_kernel_goes),
        TEST(a_kernel_that_does_not_go_fails_the_unit),
        TEST(another_programs_kernel_stays),
        TEST(the_firmware_is_for_any_kernel),
        TEST(a_load_without_an_end_is_no_kexec),
        TEST(without_a_load_kexec_target_is_not_touched),
        TEST(a_begun_note_that_cannot_be_read_is_no_kexec),
        TEST(a_go_ahead_is_for_kexec_target_too),
        TEST(a_go_ahead_is_for_one_reboot),
        TEST(a_go_ahead_is_for_no_poweroff),
        TEST(a_damaged_go_ahead_is_none),
        TEST(a_newer_go_ahead_is_none),
        TEST(without_pid_1_there_is_no_jump),
        TEST(what_pid_1_refuses_is_written_down),
        TEST(without_a_kernel_there_is_no_jump),
        TEST(the_initrds_script_must_be_able_to_start_a_kernel),
        TEST(a_script_that_cannot_be_read_is_not_trusted),
    };

    return RUN_TESTS(tests);
}
