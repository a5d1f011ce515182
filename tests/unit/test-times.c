/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When the steps of a reboot were reached: the text of the file, and who writes what when, on a
 * machine made of files. Only PID 1's answers are made up. */

#include "facts/times.h"

#include <errno.h>
#include <fcntl.h>

#include "act/boot-times.h"
#include "base/paths.h"
#include "reboot/records.h"
#include "reboot/times.h"
#include "reboot/trace.h"
#include "test.h"
#include "tree.h"

static const int64_t SECOND = 1000000, MINUTE = 60000000;

static int pid1_error;
static bool asked_by_firmware;

int boot_times_read(bool by_firmware, struct reboot_times *times)
{
    asked_by_firmware = by_firmware;
    if (pid1_error)
        return -pid1_error;
    times->at[TIME_KERNEL] = 100 * MINUTE;
    times->at[TIME_USERSPACE] = 100 * MINUTE + 2 * SECOND;
    times->at[TIME_MULTI_USER] = 100 * MINUTE + 7 * SECOND;
    return 0;
}

/* The file */

static char *with(const char *text, const char *boot_id, int64_t jump)
{
    struct reboot_times times = {.boot_id = (char *)boot_id, .at[TIME_JUMP] = jump};

    return times_with(text, &times);
}

static int64_t jump_of(const char *text, const char *boot_id)
{
    CLEANUP(times_list_clear) struct times_list list;
    const struct reboot_times *times;

    assert_int_equal(times_parse(text, &list), 0);
    times = times_of(&list, boot_id);
    return times ? times->at[TIME_JUMP] : -1;
}

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void what_is_written_is_read(void **state)
{
    struct reboot_times times = {.boot_id = (char *)"a \"b\"", .before = (char *)"0"};
    CLEANUP(times_list_clear) struct times_list list;
    AUTOFREE char *text = NULL;

    (void)state;
    for (int i = 0; i < N_TIME_POINTS; i++)
        times.at[i] = 1000 + i;
    text = times_with(NULL, &times);
    assert_int_equal(times_parse(text, &list), 0);
    assert_int_equal(list.n, 1);
    assert_string_equal(list.all[0].boot_id, "a \"b\"");
    assert_string_equal(list.all[0].before, "0");
    assert_memory_equal(list.all[0].at, times.at, sizeof(times.at));
}

static void a_boot_has_one_line(void **state)
{
    AUTOFREE char *one = with(NULL, "a", 1), *two = with(one, "b", 2), *three = with(two, "a", 3);

    (void)state;
    assert_int_equal(count_lines(three), 2);
    assert_int_equal(jump_of(three, "a"), 3);
    assert_int_equal(jump_of(three, "b"), 2);
    assert_int_equal(jump_of(three, "c"), -1);
    assert_int_equal(jump_of(three, NULL), -1);
}

static void damage_anywhere_is_noticed(void **state)
{
    static const char *const BAD[] = {
        "\n",
        "x\n",
        "{}\n",
        "{\"version\":1}\n",
        "{\"boot_id\":\"x\"}\n",
        "[1]\n",
        "{\"version\":1,\"boot_id\":\"x\"",
    };
    AUTOFREE char *good = with(NULL, "a", 1);

    (void)state;
    for (size_t i = 0; i < ELEMENTS(BAD); i++) {
        CLEANUP(times_list_clear) struct times_list list;
        AUTOFREE char *text = format("%s%s", good, BAD[i]);

        assert_int_equal(times_parse(text, &list), -EBADMSG);
        assert_int_equal(list.n, 1);
    }
}

/* A newer fastreboot may have written it, and may come back. */
static void lines_of_another_version_stay(void **state)
{
    static const char NEWER[] = "{\"version\":2,\"boot_id\":\"z\",\"jump\":\"?\"}\n";
    AUTOFREE char *text = with(NEWER, "a", 1);

    (void)state;
    assert_non_null(strstr(text, NEWER));
    assert_int_equal(jump_of(text, "z"), -1);
    assert_int_equal(jump_of(text, "a"), 1);
}

static void the_oldest_lines_go(void **state)
{
    AUTOFREE char *text = NULL;
    char words[8001];

    (void)state;
    for (int i = 0; i < TIMES_LINES + 7; i++) {
        AUTOFREE char *id = format("%d", i), *before = text;

        text = with(before, id, i + 1);
    }
    assert_int_equal(count_lines(text), TIMES_LINES);
    assert_int_equal(jump_of(text, "6"), -1);
    assert_int_equal(jump_of(text, "7"), 8);
    memset(words, 'w', sizeof(words) - 1);
    words[sizeof(words) - 1] = 0;
    for (int i = 0; i < TIMES_LINES; i++) {
        AUTOFREE char *id = format("%s%d", words, i), *before = text;

        text = with(before, id, 1);
        assert_true(strlen(text) < TIMES_BYTES);
    }
    assert_true(count_lines(text) > 5);
}

static void a_clock_that_was_set_tells_nothing(void **state)
{
    struct reboot_times times = {.at = {[TIME_JUMP] = 5 * SECOND, [TIME_MULTI_USER] = 12 * SECOND}};

    (void)state;
    assert_int_equal(times_away(&times), 7 * SECOND);
    times.at[TIME_MULTI_USER] = 4 * SECOND;
    assert_int_equal(times_away(&times), -1);
    times.at[TIME_MULTI_USER] = 25 * 60 * MINUTE;
    assert_int_equal(times_away(&times), -1);
    times.at[TIME_MULTI_USER] = 0;
    assert_int_equal(times_away(&times), -1);
}

/* The machine */

static int setup(void **state)
{
    const struct tree *tree;

    pid1_error = 0;
    assert_int_equal(tree_setup(state), 0);
    tree = *state;
    tree_mkdir(tree, RUN_DIR);
    tree_mkdir(tree, STATE_DIR);
    tree_write(tree, "proc/sys/kernel/random/boot_id", "old\n");
    return 0;
}

static bool exists(const struct tree *tree, const char *path)
{
    return faccessat(tree->root, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The shutdown that this attempt is about, up to its last step. */
static void shut_down(const struct tree *tree, struct attempt *attempt)
{
    assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, attempt), 0);
    times_leave(tree->root);
    tree_write(tree, "proc/sys/kernel/random/boot_id", "new\n");
}

static void come_up(const struct tree *tree, const struct attempt *attempt)
{
    const struct boot_facts boot = {.boot_id = (char *)"new"};

    times_take_over(tree->root, attempt, &boot);
}

static struct attempt made(void)
{
    return (struct attempt){.id = (char *)"1",
                            .boot_id = (char *)"old",
                            .time = 90 * MINUTE,
                            .loaded = 91 * MINUTE,
                            .state = ATTEMPT_LOADED};
}

/* The times of the last reboot, as they are written down. */
static struct reboot_times written(const struct tree *tree)
{
    CLEANUP(times_list_clear) struct times_list list;
    const struct reboot_times *times;
    struct reboot_times copy;

    times_read(tree->root, &list);
    times = times_of(&list, "new");
    assert_non_null(times);
    copy = *times;
    copy.boot_id = copy.before = NULL;
    return copy;
}

static void each_side_adds_its_part(void **state)
{
    const struct tree *tree = *state;
    struct attempt attempt = made();
    struct reboot_times times;

    shut_down(tree, &attempt);
    come_up(tree, &attempt);
    assert_int_equal(times_complete(tree->root), 0);
    times = written(tree);
    assert_int_equal(times.at[TIME_BEGUN], 90 * MINUTE);
    assert_int_equal(times.at[TIME_LOADED], 91 * MINUTE);
    assert_true(times.at[TIME_JUMP] > 0);
    assert_int_equal(times_between(&times, TIME_KERNEL, TIME_MULTI_USER), 7 * SECOND);
    assert_false(exists(tree, RUN_TIMES)); /* so that nothing is done twice */
    pid1_error = EIO;
    assert_int_equal(times_complete(tree->root), 0);
}

/* What the old kernel left in the store is written down before it is removed there. */
static void a_trace_is_part_of_the_times(void **state)
{
    static const char RECORD[] = "sys/fs/pstore/dmesg-erst-1";
    const struct tree *tree = *state;
    CLEANUP(times_list_clear) struct times_list list;
    struct attempt attempt = made();
    const struct reboot_times *times;

    tree_write(tree, RUN_TRACE, "{}\n");
    trace_note(tree->root, &attempt);
    tree_write(tree, RECORD,
               "Shutdown#1 Part1\n<14>[    1.000000] fastreboot: tracing attempt 1\n"
               "<6>[    2.000000] nvme 0000:01:00.0: shutdown\n"
               "<5>[    6.500000] kexec_core: Starting new kernel\n");
    shut_down(tree, &attempt);
    come_up(tree, &attempt);
    pid1_error = EIO;
    assert_int_equal(times_complete(tree->root), -EIO);
    assert_true(exists(tree, RECORD));
    pid1_error = 0;
    assert_int_equal(times_complete(tree->root), 0);
    assert_false(exists(tree, RECORD));
    assert_false(exists(tree, STATE_TRACE));
    times_read(tree->root, &list);
    times = times_of(&list, "new");
    assert_non_null(times);
    assert_non_null(times->trace);
    assert_int_equal(times->trace->devices, 4500000);
    assert_string_equal(times->trace->shutdowns.all[0].name, "nvme 0000:01:00.0");
}

/* /var may be a file system that is unmounted by then. */
static void without_an_attempt_nothing_is_left(void **state)
{
    const struct tree *tree = *state;

    times_leave(tree->root);
    assert_false(exists(tree, STATE_JUMPED));
    assert_int_equal(unlinkat(tree->root, STATE_DIR, AT_REMOVEDIR), 0);
    times_leave(tree->root);
    assert_false(exists(tree, STATE_DIR));
}

static void another_shutdowns_end_is_not_this_ones(void **state)
{
    const struct tree *tree = *state;
    struct attempt attempt = made();

    shut_down(tree, &attempt);
    attempt.boot_id = (char *)"later";
    come_up(tree, &attempt);
    assert_int_equal(times_complete(tree->root), 0);
    assert_int_equal(written(tree).at[TIME_JUMP], 0);
    assert_int_equal(written(tree).at[TIME_BEGUN], 90 * MINUTE);
}

/* That machine was reset; and the time of the load is that of the reboot before. */
static void a_reset_during_the_health_check_has_no_shutdown(void **state)
{
    const struct tree *tree = *state;
    struct attempt attempt = made();

    shut_down(tree, &attempt);
    attempt.state = ATTEMPT_CHECKING;
    come_up(tree, &attempt);
    assert_int_equal(times_complete(tree->root), 0);
    assert_int_equal(written(tree).at[TIME_BEGUN], 0);
    assert_int_equal(written(tree).at[TIME_JUMP], 0);
    assert_true(written(tree).at[TIME_KERNEL] > 0);
}

static void what_was_taken_over_stays(void **state)
{
    const struct tree *tree = *state;
    struct attempt attempt = made();

    shut_down(tree, &attempt);
    come_up(tree, &attempt);
    attempt.boot_id = (char *)"new"; /* the same boot is judged once more */
    attempt.state = ATTEMPT_CHECKING;
    come_up(tree, &attempt);
    assert_int_equal(times_complete(tree->root), 0);
    assert_int_equal(written(tree).at[TIME_BEGUN], 90 * MINUTE);
}

static void an_unknown_reboot_has_its_boot(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "proc/sys/kernel/random/boot_id", "new\n");
    come_up(tree, NULL);
    assert_int_equal(times_complete(tree->root), 0);
    assert_int_equal(times_away(&(struct reboot_times){0}), -1);
    assert_int_equal(written(tree).at[TIME_MULTI_USER], 100 * MINUTE + 7 * SECOND);
}

static void expect_console(const struct tree *tree, const char *cmdline, const char *console)
{
    CLEANUP(times_list_clear) struct times_list list;
    const struct reboot_times *times;

    tree_write(tree, "proc/cmdline", cmdline);
    come_up(tree, NULL);
    assert_int_equal(times_complete(tree->root), 0);
    times_read(tree->root, &list);
    times = times_of(&list, "new");
    if (!console)
        assert_null(times->console);
    else
        assert_string_equal(times->console, console);
}

static void a_serial_console_is_slow_unless_it_is_quiet(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "proc/sys/kernel/random/boot_id", "new\n");
    expect_console(tree, "root=/dev/sda1 console=tty0 console=ttyS0,115200n8\n", "ttyS0");
    expect_console(tree, "console=ttyAMA0 console=tty1 loglevel=7\n", "ttyAMA0");
    expect_console(tree, "console=ttyS1\n", "ttyS1");
    expect_console(tree, "console=ttyS0 quiet\n", NULL);
    expect_console(tree, "console=ttyS0 loglevel=4\n", NULL);
    expect_console(tree, "console=tty0 root=/dev/ttyS0\n", NULL);
    expect_console(tree, "\n", NULL);
}

/* After a kexec PID 1 still has the firmware's times of the boot before. */
static void pid_1_is_asked_about_the_firmware_only_after_it(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "proc/sys/kernel/random/boot_id", "new\n");
    tree_write(tree, "proc/sys/kernel/bootloader_type", "208\n");
    expect_console(tree, "\n", NULL);
    assert_false(asked_by_firmware);
    tree_write(tree, "proc/sys/kernel/bootloader_type", "114\n");
    expect_console(tree, "\n", NULL);
    assert_true(asked_by_firmware);
}

static void without_an_answer_it_is_tried_again(void **state)
{
    const struct tree *tree = *state;
    struct attempt attempt = made();

    shut_down(tree, &attempt);
    come_up(tree, &attempt);
    pid1_error = EIO;
    assert_int_equal(times_complete(tree->root), -EIO);
    assert_true(exists(tree, RUN_TIMES));
    pid1_error = 0;
    assert_int_equal(times_complete(tree->root), 0);
    assert_int_equal(written(tree).at[TIME_BEGUN], 90 * MINUTE);
}

static void damage_costs_the_figures_only(void **state)
{
    const struct tree *tree = *state;
    struct attempt attempt = made();

    shut_down(tree, &attempt);
    tree_write(tree, STATE_JUMPED, "");
    tree_write(tree, STATE_TIMES, "{}\n");
    come_up(tree, &attempt);
    assert_int_equal(times_complete(tree->root), 0);
    assert_true(exists(tree, STATE_TIMES ".damaged"));
    assert_int_equal(written(tree).at[TIME_JUMP], 0);
    tree_write(tree, RUN_TIMES, "{");
    assert_int_equal(times_complete(tree->root), -EBADMSG);
}

static void the_history_has_how_long_it_was_away(void **state)
{
    const struct tree *tree = *state;
    const struct boot_record record = {.boot_id = (char *)"new", .text = (char *)"fast"};
    struct reboot_times times = {.boot_id = (char *)"new",
                                 .at = {[TIME_JUMP] = 1, [TIME_MULTI_USER] = 1 + 9 * SECOND}};
    CLEANUP(history_clear) struct history history = {0};
    CLEANUP(boot_record_clear) struct boot_record last = {0};
    AUTOFREE char *text = times_with(NULL, &times);

    tree_write(tree, STATE_TIMES, text);
    records_write_boot(tree->root, &record);
    assert_int_equal(records_read_history(tree->root, &history), 1);
    assert_int_equal(history.all[0].away, 9 * SECOND);
    assert_int_equal(records_read_boot(tree->root, &last), 1);
    assert_int_equal(last.away, 9 * SECOND);
}

#define ON_MACHINE(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_boot_has_one_line),
        cmocka_unit_test(damage_anywhere_is_noticed),
        cmocka_unit_test(lines_of_another_version_stay),
        cmocka_unit_test(the_oldest_lines_go),
        cmocka_unit_test(a_clock_that_was_set_tells_nothing),
        ON_MACHINE(each_side_adds_its_part),
        ON_MACHINE(a_trace_is_part_of_the_times),
        ON_MACHINE(without_an_attempt_nothing_is_left),
        ON_MACHINE(another_shutdowns_end_is_not_this_ones),
        ON_MACHINE(a_reset_during_the_health_check_has_no_shutdown),
        ON_MACHINE(what_was_taken_over_stays),
        ON_MACHINE(an_unknown_reboot_has_its_boot),
        ON_MACHINE(a_serial_console_is_slow_unless_it_is_quiet),
        ON_MACHINE(pid_1_is_asked_about_the_firmware_only_after_it),
        ON_MACHINE(without_an_answer_it_is_tried_again),
        ON_MACHINE(damage_costs_the_figures_only),
        ON_MACHINE(the_history_has_how_long_it_was_away),
    };

    return RUN_TESTS(tests);
}
