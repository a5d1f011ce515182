/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/load.h"

#include <fcntl.h>
#include <sys/file.h>
#include <zlib.h>

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

/* Another program may have loaded a kernel over it without a trace. */
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
        TEST(what_is_unpacked_is_loaded),
        TEST(what_is_loaded_stays_where_nothing_can_be),
    };

    return RUN_TESTS(tests);
}
