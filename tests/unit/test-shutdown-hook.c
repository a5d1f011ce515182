/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/reboot.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "test.h"
#include "tree.h"

/* The program itself, as built. It runs with a tree for its root directory, and the kernel refuses
 * all calls of reboot(): the right one with an error of its own. */

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)
#define HOOK "usr/lib/systemd/system-shutdown/fastreboot.shutdown"
#define INITRD "run/initramfs"
#define PLACED INITRD "/usr/sbin/kexec"

enum {
    RIGHT_CALL = EL2HLT,
    WRONG_CALL = EBADE,
    CANNOT_CHROOT = 125,
};

static struct {
    char *bytes;
    size_t n;
} hook;

/* Refuses the call unless argument `n` is `value`: `behind` is the number of instructions to skip.
 */
#define LOW(n) (offsetof(struct seccomp_data, args[n]))
#define ARGUMENT(n, value, behind)                                                                 \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, LOW(n)),                                                    \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), 0, behind)
#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))

static int watch_reboot(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_reboot, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        ARGUMENT(0, LINUX_REBOOT_MAGIC1, 5),
        ARGUMENT(1, LINUX_REBOOT_MAGIC2, 3),
        ARGUMENT(2, LINUX_REBOOT_CMD_KEXEC, 1),
        REFUSE(RIGHT_CALL),
        REFUSE(WRONG_CALL),
    };
    struct sock_fprog all = {.len = ELEMENTS(filter), .filter = filter};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
                   prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all) < 0
               ? -errno
               : 0;
}

/* Becomes the program in the tree. As with systemd-shutdown, its name is its whole path. */
static void become(const struct tree *tree, char *const argv[])
{
    int messages = openat(tree->root, "messages", O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (messages < 0 || dup2(messages, 2) < 0)
        _exit(CANNOT_CHROOT);
    if (fchdir(tree->root) < 0 ||
        (chroot(".") < 0 && (unshare(CLONE_NEWUSER) < 0 || chroot(".") < 0)))
        _exit(CANNOT_CHROOT);
    if (watch_reboot() < 0)
        _exit(CANNOT_CHROOT);
    execv(argv[0], argv);
    _exit(CANNOT_CHROOT);
}

/* Its exit status. */
static int run(const struct tree *tree, const char *name, const char *word, const char *more)
{
    char *const argv[] = {(char *)name, (char *)word, (char *)more, NULL};
    pid_t pid = fork();
    int status;

    if (pid == 0)
        become(tree, argv);
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_CHROOT)
        skip();
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void expect_message(const struct tree *tree, const char *file, const char *text)
{
    AUTOFREE char *found = tree_read(tree, file);

    assert_string_equal(found, text);
}

static bool exists(const struct tree *tree, const char *path)
{
    return faccessat(tree->root, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void write_program(const struct tree *tree, const char *path)
{
    tree_write_bytes(tree, path, hook.bytes, hook.n);
    tree_mode(tree, path, 0755);
}

static int setup(void **state)
{
    const struct tree *tree;

    assert_int_equal(tree_setup(state), 0);
    tree = *state;
    write_program(tree, HOOK);
    tree_write(tree, INITRD "/shutdown", "#!/bin/sh\n");
    tree_mode(tree, INITRD "/shutdown", 0755);
    tree_mkdir(tree, INITRD "/usr/sbin");
    tree_write(tree, "dev/kmsg", "");
    return 0;
}

static void kexec_starts_the_kernel(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *text =
        format("kexec: the loaded kernel could not be started: error %d\n", RIGHT_CALL);

    write_program(tree, "usr/sbin/kexec");
    assert_int_equal(run(tree, "/usr/sbin/kexec", "-e", NULL), 1);
    expect_message(tree, "messages", text);
}

static void kexec_does_nothing_else(void **state)
{
    static const char *const WORDS[][2] = {
        {NULL}, {"-l", "/boot/vmlinuz"}, {"-p"}, {"-e", "-x"}, {"kexec"}, {""}};
    const struct tree *tree = *state;

    write_program(tree, "usr/sbin/kexec");
    for (size_t i = 0; i < ELEMENTS(WORDS); i++) {
        assert_int_equal(run(tree, "/usr/sbin/kexec", WORDS[i][0], WORDS[i][1]), 2);
        expect_message(
            tree, "messages",
            "usage: kexec -e (this is fastreboot's kexec, which only starts a loaded kernel)\n");
    }
}

static void the_hook_becomes_the_initrds_kexec(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *bytes = NULL;
    struct stat st;
    size_t n;
    int fd;

    assert_int_equal(run(tree, "/" HOOK, "kexec", NULL), 0);
    assert_int_equal(fstatat(tree->root, PLACED, &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0755);
    fd = openat(tree->root, PLACED, O_RDONLY);
    assert_int_equal(fd_read(fd, 1024 * 1024, &bytes, &n), 0);
    close(fd);
    assert_int_equal(n, hook.n);
    assert_memory_equal(bytes, hook.bytes, n);
    assert_int_equal(run(tree, "/" PLACED, "-e", NULL), 1);
    expect_message(tree, "dev/kmsg", "");
}

static void the_hook_is_for_kexec_only(void **state)
{
    static const char *const WORDS[] = {"reboot", "poweroff", "halt", "exit", "-e", "", NULL};
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(WORDS); i++)
        assert_int_equal(run(tree, "/" HOOK, WORDS[i], NULL), 0);
    assert_int_equal(run(tree, "/" HOOK, "kexec", "kexec"), 0);
    assert_false(exists(tree, PLACED));
    expect_message(tree, "messages", "");
}

static void without_a_script_there_is_nothing_to_do(void **state)
{
    const struct tree *tree = *state;

    tree_mode(tree, INITRD "/shutdown", 0644);
    assert_int_equal(run(tree, "/" HOOK, "kexec", NULL), 0);
    tree_remove(tree, INITRD "/shutdown");
    assert_int_equal(run(tree, "/" HOOK, "kexec", NULL), 0);
    assert_false(exists(tree, PLACED));
    expect_message(tree, "dev/kmsg", "");
}

static void a_kexec_that_is_there_stays(void **state)
{
    static const char *const PATHS[] = {"/usr/sbin/kexec", "/usr/bin/kexec", "/sbin/kexec",
                                        "/bin/kexec"};
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(PATHS); i++) {
        AUTOFREE char *path = format(INITRD "%s", PATHS[i]), *text = NULL;

        tree_write(tree, path, "kexec-tools");
        tree_mode(tree, path, 0755);
        assert_int_equal(run(tree, "/" HOOK, "kexec", NULL), 0);
        text = tree_read(tree, path);
        assert_string_equal(text, "kexec-tools");
        assert_int_equal(exists(tree, PLACED), i == 0);
        tree_remove(tree, path);
    }
}

static void links_lead_where_they_will_for_the_script(void **state)
{
    const struct tree *tree = *state;

    assert_int_equal(unlinkat(tree->root, INITRD "/usr/sbin", AT_REMOVEDIR), 0);
    tree_mkdir(tree, INITRD "/usr/bin");
    tree_mkdir(tree, "usr/bin");
    tree_link(tree, INITRD "/usr/sbin", "/usr/bin");
    assert_int_equal(run(tree, "/" HOOK, "kexec", NULL), 0);
    assert_true(exists(tree, INITRD "/usr/bin/kexec"));
    assert_false(exists(tree, "usr/bin/kexec"));
}

static void the_next_directory_is_tried(void **state)
{
    const struct tree *tree = *state;

    tree_link(tree, PLACED, "nowhere");
    tree_mkdir(tree, INITRD "/bin");
    assert_int_equal(run(tree, "/" HOOK, "kexec", NULL), 0);
    assert_true(exists(tree, INITRD "/bin/kexec"));
}

static void a_hook_that_fails_says_so(void **state)
{
    const struct tree *tree = *state;

    assert_int_equal(unlinkat(tree->root, INITRD "/usr/sbin", AT_REMOVEDIR), 0);
    assert_int_equal(run(tree, "/" HOOK, "kexec", NULL), 1);
    expect_message(tree, "dev/kmsg",
                   "<4>fastreboot: no kexec program for the initrd in /run/initramfs, this reboot "
                   "goes through the firmware: error 2\n");
}

/* It has to run in an initrd without libraries. */
static void it_is_small_and_static(void **state)
{
    (void)state;
    assert_true(hook.n < 8192);
    assert_null(memmem(hook.bytes, hook.n, "/ld-linux", 9));
    assert_null(memmem(hook.bytes, hook.n, "libc.so", 7));
}

int main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(kexec_starts_the_kernel),
        TEST(kexec_does_nothing_else),
        TEST(the_hook_becomes_the_initrds_kexec),
        TEST(the_hook_is_for_kexec_only),
        TEST(without_a_script_there_is_nothing_to_do),
        TEST(a_kexec_that_is_there_stays),
        TEST(links_lead_where_they_will_for_the_script),
        TEST(the_next_directory_is_tried),
        TEST(a_hook_that_fails_says_so),
        TEST(it_is_small_and_static),
    };
    int fd, r;

    if (argc != 2)
        return EXIT_FAILURE;
    fd = open(argv[1], O_RDONLY);
    if (fd < 0 || fd_read(fd, 1024 * 1024, &hook.bytes, &hook.n) < 0)
        return EXIT_FAILURE;
    close(fd);
    r = RUN_TESTS(tests);
    free(hook.bytes);
    return r;
}
