/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/kexec.h"

#include <fcntl.h>
#include <linux/kexec.h>
#include <sys/syscall.h>

#include "test.h"
#include "tree.h"

/* The fake system call. */

static struct call {
    int kernel, initrd;
    size_t length;
    char cmdline[64];
    unsigned long flags;
    char text[1024]; /* of the initrd */
    ssize_t size;
} made;
static int refuses; /* a positive errno, or 0 */
static bool watched;
static int kept = -1; /* the initrd, if it is watched */

long __wrap_syscall(long number, int kernel, int initrd, size_t length, const char *cmdline,
                    unsigned long flags);
long __wrap_syscall(long number, int kernel, int initrd, size_t length, const char *cmdline,
                    unsigned long flags)
{
    assert_int_equal(number, SYS_kexec_file_load);
    made = (struct call){.kernel = kernel, .initrd = initrd, .length = length, .flags = flags};
    snprintf(made.cmdline, sizeof(made.cmdline), "%s", cmdline ? cmdline : "(none)");
    if (initrd >= 0)
        made.size = pread(initrd, made.text, sizeof(made.text), 0);
    if (initrd >= 0 && watched)
        kept = dup(initrd);
    errno = refuses;
    return refuses ? -1 : 0;
}

static int make(const struct tree *tree, const char *name, const char *text)
{
    int fd;

    tree_write(tree, name, text);
    fd = openat(tree->root, name, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void one_initrd_is_loaded_as_it_is(void **state)
{
    AUTOCLOSE int kernel = make(*state, "k", "kernel"), initrd = make(*state, "i", "one");

    assert_int_equal(kexec_load(kernel, &initrd, 1, NULL, "root=/dev/sda1"), 0);
    assert_int_equal(made.kernel, kernel);
    assert_int_equal(made.initrd, initrd);
    assert_int_equal(made.flags, 0);
    assert_string_equal(made.cmdline, "root=/dev/sda1");
    assert_int_equal(made.length, strlen("root=/dev/sda1") + 1); /* the NUL counts */
}

/* This program's copy is overwritten when the kernel has its own. */
static void a_secret_comes_behind_the_initrds(void **state)
{
    static const struct kexec_secret SECRET = {.data = "secret", .size = 6};
    AUTOCLOSE int kernel = make(*state, "k", "kernel"), initrd = make(*state, "i", "one");

    watched = true;
    assert_int_equal(kexec_load(kernel, &initrd, 1, &SECRET, "x"), 0);
    watched = false;
    assert_int_equal(made.size, 518); /* where a block starts */
    assert_memory_equal(made.text, "one\0\0", 5);
    assert_memory_equal(made.text + 512, "secret", 6);
    assert_int_equal(pread(kept, made.text, sizeof(made.text), 0), 518);
    assert_memory_equal(made.text, "one\0\0", 5);
    assert_memory_equal(made.text + 512, "\0\0\0\0\0\0", 6);
    assert_int_equal(close(kept), 0);
    assert_int_equal(kexec_load(kernel, NULL, 0, &SECRET, "x"), 0);
    assert_int_equal(made.initrd, -1);
}

static void several_are_joined_and_padded(void **state)
{
    static const char JOINED[] = "one\0four\0\0\0\0"; /* the last NUL is C's */
    AUTOCLOSE int kernel = make(*state, "k", "kernel"), one = make(*state, "1", "one");
    AUTOCLOSE int four = make(*state, "4", "four"), none = make(*state, "0", "");
    const int initrds[] = {one, none, four};

    assert_int_equal(kexec_load(kernel, initrds, 3, NULL, "x"), 0);
    assert_int_equal(made.size, 8);
    assert_memory_equal(made.text, JOINED, 8);
    assert_int_equal(lseek(one, 0, SEEK_CUR), 0); /* others also read from it */
}

static void no_initrd_is_said(void **state)
{
    AUTOCLOSE int kernel = make(*state, "k", "kernel");

    assert_int_equal(kexec_load(kernel, NULL, 0, NULL, ""), 0);
    assert_int_equal(made.initrd, -1);
    assert_int_equal(made.flags, KEXEC_FILE_NO_INITRAMFS);
    assert_int_equal(made.length, 1);
}

static void what_is_loaded_is_dropped(void **state)
{
    (void)state;
    assert_int_equal(kexec_unload(), 0);
    assert_int_equal(made.flags, KEXEC_FILE_UNLOAD | KEXEC_FILE_NO_INITRAMFS);
    assert_int_equal(made.kernel, -1);
    refuses = EPERM;
    assert_int_equal(kexec_unload(), -EPERM);
    refuses = 0;
}

static void a_refusal_comes_back(void **state)
{
    AUTOCLOSE int kernel = make(*state, "k", "kernel");
    const int closed[] = {-1, -1};

    refuses = EKEYREJECTED;
    assert_int_equal(kexec_load(kernel, NULL, 0, NULL, "x"), -EKEYREJECTED);
    refuses = 0;
    assert_true(kexec_load(kernel, closed, 2, NULL, "x") < 0);
}

static void expect_limit(const struct tree *tree, const char *before, const char *after)
{
    static const char LIMIT[] = "proc/sys/kernel/kexec_load_limit_reboot";
    AUTOFREE char *text = NULL;

    tree_write(tree, LIMIT, before);
    assert_int_equal(kexec_count_loads(tree->root), 0);
    text = tree_read(tree, LIMIT);
    assert_string_equal(text, after);
}

/* The administrator's limit stays. */
static void loads_are_counted(void **state)
{
    const struct tree *tree = *state;

    assert_int_equal(kexec_count_loads(tree->root), 0); /* before Linux 6.3 */
    expect_limit(tree, "-1\n", "2147483647\n");
    expect_limit(tree, "2147483646\n", "2147483646\n");
    expect_limit(tree, "1\n", "1\n");
    expect_limit(tree, "0\n", "0\n");
    tree_remove(tree, "proc/sys/kernel/kexec_load_limit_reboot");
    tree_mkdir(tree, "proc/sys/kernel/kexec_load_limit_reboot");
    assert_int_equal(kexec_count_loads(tree->root), -EISDIR);
}

static void errors_have_words(void **state)
{
    (void)state;
    for (int error = 1; error < 134; error++) {
        AUTOFREE char *text = strdup(kexec_error(-error, NULL));

        assert_true(*text);
        assert_string_equal(text, kexec_error(error, "none"));
    }
}

static void lockdown_explains_a_refusal(void **state)
{
    (void)state;
    assert_non_null(strstr(kexec_error(-EPERM, "integrity"), "signed kernels only"));
    assert_non_null(strstr(kexec_error(-EPERM, "none"), "kexec_load_disabled"));
    assert_non_null(strstr(kexec_error(-EPERM, NULL), "kexec_load_disabled"));
    assert_non_null(strstr(kexec_error(-EKEYREJECTED, NULL), "signature"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_initrd_is_loaded_as_it_is),
        TEST(a_secret_comes_behind_the_initrds),
        TEST(several_are_joined_and_padded),
        TEST(no_initrd_is_said),
        TEST(what_is_loaded_is_dropped),
        TEST(a_refusal_comes_back),
        TEST(loads_are_counted),
        cmocka_unit_test(errors_have_words),
        cmocka_unit_test(lockdown_explains_a_refusal),
    };

    return RUN_TESTS(tests);
}
