/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/load.h"

#include <fcntl.h>
#include <sys/file.h>
#include <zlib.h>

#include "act/kexec.h"
#include "base/paths.h"
#include "base/util.h"
#include "base/witness.h"
#include "fakes.h"
#include "reboot/notes.h"
#include "test.h"
#include "verbs/verb.h"

extern const struct verb verb_load, verb_normal, verb_retry, verb_set_next, verb_unload;

static int setup(void **state)
{
    const struct tree *tree;

    assert_int_equal(tree_setup(state), 0);
    tree = *state;
    tree_debian(tree);
    fake_reset(tree);
    return 0;
}

static int load(const struct tree *tree, char **ret_id)
{
    CLEANUP(survey_clear) struct survey survey;
    AUTOFREE char *error = NULL;
    int r;

    survey_make(tree->root, PURPOSE_LOAD, &survey);
    assert_true(survey.verdict.fast);
    r = load_kernel(tree->root, &survey, ret_id, &error);
    assert_int_equal(r < 0, error != NULL);
    return r;
}

static void look_at_the_lock(void)
{
    AUTOCLOSE int fd = openat(fake.tree->root, RUN_DIR, O_RDONLY | O_DIRECTORY);

    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
}

/* The kernel takes one at a time, and refuses the other: `fastreboot load`, then a reboot. */
static void two_do_not_load_at_once(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *id = NULL;
    AUTOCLOSE int fd = -1;

    fake.point = look_at_the_lock;
    assert_int_equal(load(tree, &id), 0);
    fake.point = NULL;
    fd = openat(tree->root, RUN_DIR, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
}

/* Another program may have loaded a kernel over it: nothing counts the loads. */
static void it_is_loaded_again_every_time(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *first = NULL, *second = NULL;

    assert_int_equal(load(tree, &first), 0);
    assert_int_equal(load(tree, &second), 0);
    assert_int_equal(fake.loads, 2);
    assert_string_not_equal(first, second);
}

/* Kernels for arm64 may be compressed, which kexec_file_load does not accept. */
static void what_is_unpacked_is_loaded(void **state)
{
    enum { IMAGE = 8192 };
    static unsigned char image[IMAGE] = "MZ", packed[IMAGE];
    const struct tree *tree = *state;
    AUTOFREE char *id = NULL;
    z_stream stream = {.next_in = image, .avail_in = IMAGE};

    image[16] = 1;
    memcpy(image + 56, "ARM\x64", 4);
    strcpy((char *)image + 5000, "Linux version 6.1.0-33-amd64 (x)");
    stream.next_out = packed;
    stream.avail_out = sizeof(packed);
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 9, 0), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    tree_write_bytes(tree, "boot/vmlinuz-6.1.0-33-amd64", packed, stream.total_out);
    tree_write(tree, "proc/sys/kernel/arch", "aarch64\n");
    deflateEnd(&stream);
    assert_int_equal(load(tree, &id), 0);
    assert_int_equal(fake.kernel_size, IMAGE);
}

static void what_is_loaded_stays_where_nothing_can_be(void **state)
{
    static const char *const SWITCHES[] = {"proc/sys/kernel/kexec_load_disabled",
                                           "proc/sys/kernel/kexec_load_limit_reboot"};
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(SWITCHES); i++) {
        AUTOFREE char *first = NULL, *second = NULL;

        assert_int_equal(load(tree, &first), 0);
        fake.loads = 0;
        tree_write(tree, SWITCHES[i], i ? "0\n" : "1\n");
        assert_int_equal(load(tree, &second), 0);
        assert_int_equal(fake.loads, 0);
        assert_string_equal(first, second);
        tree_write(tree, SWITCHES[i], i ? "-1\n" : "0\n");
    }
}

static void expect_next(const struct tree *tree, const char *why, int loads)
{
    AUTOFREE char *id = NULL;

    fake.loads = 0;
    assert_int_equal(load(tree, &id), 0);
    if (fake.loads != loads)
        fail_msg("%s: loaded %d times", why, fake.loads);
}

static void ask_for_early(const struct tree *tree)
{
    tree_write(tree, CONFIG_FILE, "load = early\n");
    load_early(tree->root);
}

/* As a kernel of before 6.3, whose note has no number. */
static void without_a_count_it_is_loaded_again(void **state)
{
    const struct tree *tree = *state;

    tree_remove(tree, FAKE_LIMIT);
    ask_for_early(tree);
    for (int i = 0; i < 2; i++)
        expect_next(tree, "no file", 1);
    fake.count_error = EROFS;
    tree_write(tree, FAKE_LIMIT, "-1\n");
    load_early(tree->root);
    for (int i = 0; i < 2; i++)
        expect_next(tree, "cannot be counted", 1);
}

/* While the kernel's number has not changed, nothing else has been loaded. */
static void what_nobody_replaced_is_not_loaded_again(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *left = NULL;
    int fd;

    ask_for_early(tree);
    expect_next(tree, "nothing has changed", 0);
    left = tree_read(tree, FAKE_LIMIT);
    assert_string_equal(left, "2147483646\n");
    expect_next(tree, "nor now", 0);
    fd = openat(tree->root, "vmlinuz", O_RDONLY | O_CLOEXEC);
    assert_int_equal(kexec_load(fd, NULL, 0, NULL, "another program's"), 0);
    (void)close(fd);
    expect_next(tree, "another program loaded one", 1);
    expect_next(tree, "and that is over", 0);
    fake.load_error = ENOEXEC;
    assert_int_equal(kexec_load(-1, NULL, 0, NULL, "another program's"), -ENOEXEC);
    fake.load_error = 0;
    expect_next(tree, "it may have been a load that succeeded", 1);
    tree_write(tree, FAKE_LIMIT, "1000\n");
    expect_next(tree, "the administrator lowered the limit", 1);
}

/* What was loaded may lie in memory that is gone. */
static void unplugged_memory_is_noticed(void **state)
{
    static const char BLOCK[] = "sys/devices/system/memory/memory7";
    const struct tree *tree = *state;

    tree_write(tree, "sys/devices/system/memory/memory0", "");
    ask_for_early(tree);
    tree_write(tree, BLOCK, "");
    expect_next(tree, "plugged in", 1);
    expect_next(tree, "nothing has changed", 0);
    tree_remove(tree, BLOCK);
    tree_write(tree, "sys/devices/system/memory/memory8", "");
    expect_next(tree, "replaced", 1);
    tree_remove(tree, "sys/devices/system/memory/memory8");
    expect_next(tree, "unplugged", 1);
    expect_next(tree, "nothing has changed", 0);
}

static void every_change_is_loaded(void **state)
{
    static const struct {
        const char *path, *text;
    } CHANGES[] = {
        {"boot/initrd.img-6.1.0-33-amd64", TREE_INITRD "new"},
        {CONFIG_FILE, "load = early\ncmdline-append = nomodeset\n"},
        {CONFIG_FILE, "load = early\npanic = 60\n"}, /* what fastreboot adds */
        {CONFIG_FILE, "load = early\n"},
        {RUN_TRACE, "{\"store\":\"erst\"}\n"},
    };
    const struct tree *tree = *state;

    ask_for_early(tree);
    for (size_t i = 0; i < ELEMENTS(CHANGES); i++) {
        tree_write(tree, CHANGES[i].path, CHANGES[i].text);
        expect_next(tree, CHANGES[i].text, 1);
        expect_next(tree, CHANGES[i].path, 0);
    }
}

/* Between the load and the look at the kernel's number. */
static void load_another(void)
{
    static int others;

    if (others++ % 2 == 1) /* after the load */
        tree_write(fake.tree, FAKE_LIMIT, "99\n");
}

static void a_load_beside_it_is_seen(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, FAKE_LIMIT, "102\n");
    tree_write(tree, CONFIG_FILE, "load = early\n");
    fake.point = load_another;
    load_early(tree->root);
    fake.point = NULL;
    expect_next(tree, "which of the two is loaded?", 1);
}

/* The reboot needs one. A load that fails takes another for the unload. */
static void early_leaves_the_last_load(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, CONFIG_FILE, "load = early\n");
    for (int left = 0; left < 6; left++) {
        AUTOFREE char *text = format("%d\n", left);

        tree_write(tree, FAKE_LIMIT, text);
        tree_write(tree, "sys/kernel/kexec_loaded", "0\n");
        fake.loads = 0;
        load_early(tree->root);
        assert_int_equal(fake.loads, left >= 2);
        if (left < 2)
            continue;
        tree_write(tree, "boot/initrd.img-6.1.0-33-amd64", TREE_INITRD "a");
        fake.load_error = ENOMEM;
        load_early(tree->root);
        fake.load_error = 0;
        tree_write(tree, "boot/initrd.img-6.1.0-33-amd64", TREE_INITRD "old");
        expect_next(tree, "the last one", 1);
    }
}

/* What the hooks look at. */
static void the_mark_for_the_hooks(void **state)
{
    const struct tree *tree = *state;

    load_early(tree->root);
    assert_null(tree_read(tree, RUN_EARLY));
    ask_for_early(tree);
    assert_int_equal(faccessat(tree->root, RUN_EARLY, F_OK, 0), 0);
    tree_remove(tree, CONFIG_FILE);
    load_early(tree->root);
    assert_null(tree_read(tree, RUN_EARLY));
}

static void what_does_not_load_leaves_nothing(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *first = NULL, *second = NULL, *loaded = NULL;

    assert_int_equal(load(tree, &first), 0);
    tree_write(tree, "boot/initrd.img-6.1.0-33-amd64", TREE_INITRD "x");
    fake.load_error = ENOEXEC;
    assert_int_equal(load(tree, &second), -ENOEXEC);
    assert_null(second);
    loaded = tree_read(tree, "sys/kernel/kexec_loaded");
    assert_string_equal(loaded, "0\n");
    assert_null(tree_read(tree, RUN_LOADED));
}

/* It would be taken for another program's. */
static void without_a_note_nothing_is_loaded(void **state)
{
    const struct tree *tree = *state;
    char *id = NULL;

    tree_mkdir(tree, RUN_LOADED "/in the way");
    assert_int_equal(load(tree, &id), -EISDIR);
    assert_int_equal(fake.loads, 0);
}

static void only_what_is_loaded_is_dropped(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *id = NULL;

    assert_int_equal(load_drop(tree->root), 0);
    assert_int_equal(load_drop_all(tree->root), 0);
    assert_int_equal(fake.unloads, 0); /* each counts for kernel.kexec_load_limit_reboot */
    assert_int_equal(load(tree, &id), 0);
    assert_int_equal(load_drop(tree->root), 1);
    tree_write(tree, "sys/kernel/kexec_loaded", "1\n");
    assert_int_equal(load_drop(tree->root), 0);
    assert_int_equal(fake.unloads, 1);
    assert_int_equal(load_drop_all(tree->root), 1);
    assert_int_equal(fake.unloads, 2);
}

static void expect_early(const struct tree *tree, int loads)
{
    fake.loads = 0;
    load_early(tree->root);
    assert_int_equal(fake.loads, loads);
    (void)load_drop_all(tree->root);
}

static bool has_read_menu;

static void saw(const char *path, const struct stat *st, const char *target)
{
    (void)path;
    (void)st;
    (void)target;
}

static void opened(const char *path, int fd)
{
    (void)fd;
    has_read_menu = has_read_menu || streq(path, "boot/grub/grub.cfg");
}

static void took(int fd, uint64_t offset, const void *data, size_t size, bool whole)
{
    (void)fd;
    (void)offset;
    (void)data;
    (void)size;
    (void)whole;
}

static void failed(int fd)
{
    (void)fd;
}

static bool early_reads_menu(const struct tree *tree)
{
    static const struct witness WITNESS = {saw, opened, took, failed};

    has_read_menu = false;
    witness = &WITNESS;
    load_early(tree->root);
    witness = NULL;
    return has_read_menu;
}

/* No boot waits for what is not asked for. */
static void early_looks_only_if_asked_to(void **state)
{
    const struct tree *tree = *state;

    assert_false(early_reads_menu(tree));
    tree_write(tree, CONFIG_FILE, "load = early\n");
    assert_true(early_reads_menu(tree));
}

static void early_only_with_a_guard(void **state)
{
    static const char LINK[] = "etc/systemd/system/kexec.target.wants/" JUMP_UNIT;
    const struct tree *tree = *state;

    expect_early(tree, 0);
    tree_write(tree, CONFIG_FILE, "load = early\n");
    expect_early(tree, 1);
    tree_link(tree, "run/systemd/system/" JUMP_UNIT, "/dev/null");
    expect_early(tree, 0);
    tree_remove(tree, "run/systemd/system/" JUMP_UNIT);
    tree_remove(tree, LINK);
    expect_early(tree, 0);
}

/* Runs `fastreboot normal`, with or without --arm: asserts its exit status, and whether it leaves a
 * mark. */
static void expect_normal(const struct tree *tree, unsigned options, int status, bool marked)
{
    const struct call call = {.root = tree->root, .given = options};

    assert_int_equal(verb_normal.run(&call), status);
    assert_int_equal(notes_has_normal(tree->root), marked);
}

/* By an inhibitor, or because PID 1 does not answer: an earlier request stays. */
static void a_refused_reboot_keeps_an_earlier_request(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *why = NULL;

    tree_write(tree, "sys/kernel/kexec_loaded", "1\n");
    for (int error = -1; error <= 1; error += 2) {
        fake.reboot_error = error * ETIMEDOUT;
        expect_normal(tree, 0, EXIT_FAILED, false);
        expect_normal(tree, OPTION_ARM, EXIT_FINE, true);
        expect_normal(tree, 0, EXIT_FAILED, true);
        tree_write(tree, "sys/kernel/kexec_loaded", "1\n");
        fake.unload_error = EBUSY;
        expect_normal(tree, OPTION_ARM, EXIT_FAILED, true);
        expect_normal(tree, OPTION_CANCEL, EXIT_FINE, false);
        expect_normal(tree, OPTION_ARM, EXIT_FAILED, false);
        fake.unload_error = 0;
    }
    assert_int_equal(notes_write_normal(tree->root, "a disk is missing"), 0);
    expect_normal(tree, 0, EXIT_FAILED, true);
    why = tree_read(tree, RUN_NORMAL);
    assert_string_equal(why, "a disk is missing");
    fake.reboot_error = 0;
    expect_normal(tree, 0, EXIT_FINE, true);
}

/* What a verb prints on standard output and standard error. The caller frees it. */
static char *said_by(const struct tree *tree, const struct verb *verb, int status)
{
    const struct call call = {.root = tree->root, .given = OPTION_DRY_RUN};
    int out = dup(STDOUT_FILENO), error = dup(STDERR_FILENO);
    char *said;

    (void)fflush(stdout);
    tree_write(tree, "said", "");
    {
        AUTOCLOSE int fd = openat(tree->root, "said", O_WRONLY | O_APPEND | O_CLOEXEC);

        assert_true(dup2(fd, STDOUT_FILENO) >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    }
    assert_int_equal(verb->run(&call), status);
    (void)fflush(stdout);
    assert_true(dup2(out, STDOUT_FILENO) >= 0 && dup2(error, STDERR_FILENO) >= 0);
    (void)close(out);
    (void)close(error);
    said = tree_read(tree, "said");
    assert_non_null(said);
    return said;
}

static void expect_printable(const struct tree *tree, const struct verb *verb, int status)
{
    AUTOFREE char *said = said_by(tree, verb, status);

    assert_non_null(strstr(said, "\\x1b[2J"));
    assert_null(strchr(said, '\x1b'));
}

/* The name of a kernel comes from a file, and so does a setting. */
static void what_files_say_is_shown_as_text(void **state)
{
    static const char FAILED[] =
        "{\"failures\":[{\"release\":\"6\\u001b[2J\",\"kernel\":\"6 1 1\"}]}\n";
    const struct tree *tree = *state;

    tree_write(tree, RUN_LOADED, "{\"id\":\"1\",\"release\":\"\\u001b[2J\",\"signature\":\"s\"}");
    tree_write(tree, "sys/kernel/kexec_loaded", "1\n");
    expect_printable(tree, &verb_unload, EXIT_FINE);
    tree_write(tree, STATE_FAILED, FAILED);
    expect_printable(tree, &verb_retry, EXIT_FINE);
    tree_write(tree, CONFIG_FILE, "\x1b[2J = 1\n");
    expect_printable(tree, &verb_load, EXIT_FAILED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_does_not_load_leaves_nothing),
        TEST(without_a_note_nothing_is_loaded),
        TEST(only_what_is_loaded_is_dropped),
        TEST(early_looks_only_if_asked_to),
        TEST(early_only_with_a_guard),
        TEST(a_refused_reboot_keeps_an_earlier_request),
        TEST(what_files_say_is_shown_as_text),
        TEST(two_do_not_load_at_once),
        TEST(it_is_loaded_again_every_time),
        TEST(without_a_count_it_is_loaded_again),
        TEST(what_nobody_replaced_is_not_loaded_again),
        TEST(every_change_is_loaded),
        TEST(unplugged_memory_is_noticed),
        TEST(a_load_beside_it_is_seen),
        TEST(early_leaves_the_last_load),
        TEST(the_mark_for_the_hooks),
        TEST(what_is_unpacked_is_loaded),
        TEST(what_is_loaded_stays_where_nothing_can_be),
    };

    return RUN_TESTS(tests);
}
