/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/root.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/sysmacros.h>

#include "base/witness.h"
#include "test.h"
#include "tree.h"

static int resolve(const struct tree *tree, const char *path, const char *expected)
{
    AUTOFREE char *resolved = NULL;
    int r = root_resolve(tree->root, path, &resolved, NULL, NULL);

    if (r < 0)
        assert_null(resolved);
    else
        assert_string_equal(resolved, expected);
    return r;
}

static void links_stay_below_the_root(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "etc/passwd", "ours");
    tree_link(tree, "absolute", "/etc/passwd");
    tree_link(tree, "up", "../../../../etc/passwd");
    tree_link(tree, "deep/er/up", "../../../../../etc");
    tree_link(tree, "chain", "up");
    assert_int_equal(resolve(tree, "absolute", "etc/passwd"), 0);
    assert_int_equal(resolve(tree, "up", "etc/passwd"), 0);
    assert_int_equal(resolve(tree, "chain", "etc/passwd"), 0);
    assert_int_equal(resolve(tree, "deep/er/up/passwd", "etc/passwd"), 0);
    assert_int_equal(resolve(tree, "deep/er/up/../deep/er/up/passwd", "etc/passwd"), 0);
}

static void dots_and_slashes_are_taken_as_the_kernel_does(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "a/b/c", "");
    assert_int_equal(resolve(tree, "", ""), 0);
    assert_int_equal(resolve(tree, "/", ""), 0);
    assert_int_equal(resolve(tree, "../..//..", ""), 0);
    assert_int_equal(resolve(tree, "/../a/./b//../b/c", "a/b/c"), 0);
    assert_int_equal(resolve(tree, "a/b/", "a/b"), 0);
    assert_int_equal(resolve(tree, "a/nothing/../b", ""), -ENOENT);
    assert_int_equal(resolve(tree, "a/b/c/..", ""), -ENOTDIR);
    assert_int_equal(resolve(tree, "a/b/c/.", ""), -ENOTDIR);
    assert_int_equal(resolve(tree, "a/b/c/d", ""), -ENOTDIR);
}

static void links_end_somewhere(void **state)
{
    const struct tree *tree = *state;
    char name[16], target[16];

    tree_link(tree, "loop", "loop");
    tree_link(tree, "ping", "pong");
    tree_link(tree, "pong", "/ping/x");
    tree_link(tree, "dangling", "nothing");
    tree_write(tree, "0", "");
    for (int i = 1; i <= 41; i++) {
        snprintf(name, sizeof(name), "%d", i);
        snprintf(target, sizeof(target), "%d", i - 1);
        tree_link(tree, name, target);
    }
    assert_int_equal(resolve(tree, "loop", ""), -ELOOP);
    assert_int_equal(resolve(tree, "ping", ""), -ELOOP);
    assert_int_equal(resolve(tree, "dangling", ""), -ENOENT);
    assert_int_equal(resolve(tree, "40", "0"), 0);
    assert_int_equal(resolve(tree, "41", ""), -ELOOP);
}

static void paths_may_be_too_long(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *path = malloc(2 * PATH_MAX), *name = malloc(PATH_MAX);

    for (size_t n = NAME_MAX - 1; n < 2 * PATH_MAX; n += 97) {
        memset(path, 'x', n);
        path[n] = 0;
        assert_true(resolve(tree, path, "") == (n <= NAME_MAX ? -ENOENT : -ENAMETOOLONG));
    }
    for (size_t n = PATH_MAX - 3; n < PATH_MAX + 3; n++) {
        for (size_t i = 0; i < n; i++)
            path[i] = i % 2 ? '/' : '.';
        path[n] = 0;
        assert_int_equal(resolve(tree, path, ""), n < PATH_MAX ? 0 : -ENAMETOOLONG);
    }
    /* A link that makes the rest too long. */
    memset(name, 'n', 200);
    name[200] = 0;
    tree_mkdir(tree, name);
    tree_link(tree, "short", name);
    strcpy(path, "short");
    for (size_t n = 5; n < PATH_MAX - 100; n += 2)
        strcpy(path + n, "/.");
    assert_int_equal(resolve(tree, path, ""), -ENAMETOOLONG);
}

struct found {
    int result;
    ino_t inode;
};

/* What stat() says in a chroot. */
static struct found ask_kernel(const struct tree *tree, const char *path)
{
    struct found answer = {0};
    int pipes[2];

    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    if (fork() == 0) {
        AUTOFREE char *full = format("/%s", path);
        struct stat st;

        if (chroot(tree->path) < 0 || stat(full, &st) < 0)
            answer.result = -errno;
        else
            answer.inode = st.st_ino;
        _exit(write(pipes[1], &answer, sizeof(answer)) < 0);
    }
    assert_int_equal(read(pipes[0], &answer, sizeof(answer)), sizeof(answer));
    close(pipes[0]);
    close(pipes[1]);
    return answer;
}

/* For record, which hears of every step, each step is made. */

static void saw(const char *path, const struct stat *st, const char *target)
{
    (void)path;
    (void)st;
    (void)target;
}

static void opened(const char *path, int fd)
{
    (void)path;
    (void)fd;
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

/* What opening gives: an inode, or a negative errno. */
static int64_t open_directory(const struct tree *tree, const char *path)
{
    AUTOCLOSE int fd = root_open_directory(tree->root, path);
    struct stat st;

    if (fd < 0)
        return fd;
    assert_int_equal(fstat(fd, &st), 0);
    return (int64_t)st.st_ino;
}

static void expect_same_with_a_witness(const struct tree *tree, const char *path)
{
    static const struct witness BLIND = {saw, opened, took, failed};
    AUTOFREE char *target = NULL, *target_with = NULL;
    int64_t inode = open_directory(tree, path);
    int exists = root_exists(tree->root, path), r = root_readlink(tree->root, path, &target);

    witness = &BLIND;
    assert_int_equal(open_directory(tree, path), inode);
    assert_int_equal(root_exists(tree->root, path), exists);
    assert_int_equal(root_readlink(tree->root, path, &target_with), r);
    assert_string_equal(target_with ? target_with : "", target ? target : "");
    witness = NULL;
}

/* Compares with what the kernel says about the same path inside a chroot, on random trees full of
 * links. */
static void it_agrees_with_the_kernel(void **state)
{
    const struct tree *tree = *state;
    static const char *const NAMES[] = {"a", "b", "c", "..", ".", "", "d", "nothing"};
    char paths[400][64];

    if (geteuid() != 0)
        skip();
    for (int i = 0; i < 400; i++) {
        char *end = paths[i] + sprintf(paths[i], "%s", dice(2) ? "/" : "");
        unsigned n = 1 + dice(6);

        for (unsigned k = 0; k < n; k++)
            end += sprintf(end, "%s/", NAMES[dice(ELEMENTS(NAMES))]);
        end[-1] = 0; /* a trailing slash is a different case */
    }
    for (int i = 0; i < 60; i++) {
        char place[32];

        snprintf(place, sizeof(place), "%s/%s", NAMES[dice(3)], NAMES[dice(3)]);
        if (dice(3) == 0)
            snprintf(place, sizeof(place), "%s", NAMES[dice(3)]);
        if (dice(2) && *paths[i])
            (void)symlinkat(paths[i], tree->root, place);
        else
            (void)mkdirat(tree->root, place, 0755);
    }
    for (int i = 0; i < 400; i++) {
        AUTOFREE char *resolved = NULL;
        struct stat st = {0};
        struct found kernel = ask_kernel(tree, paths[i]);

        assert_int_equal(root_resolve(tree->root, paths[i], &resolved, &st, NULL), kernel.result);
        assert_int_equal(st.st_ino, kernel.inode);
        assert_int_equal(open_directory(tree, paths[i]),
                         kernel.result < 0 ? kernel.result : (int64_t)kernel.inode);
        expect_same_with_a_witness(tree, paths[i]);
    }
}

static char *distrusted(const struct tree *tree, const char *path)
{
    char *untrusted = NULL;
    int fd = root_open(tree->root, path, &untrusted);

    assert_true(fd >= 0);
    close(fd);
    return untrusted;
}

static void expect_distrust(const struct tree *tree, const char *path, const char *start)
{
    AUTOFREE char *untrusted = distrusted(tree, path);

    if (!start)
        assert_null(untrusted);
    else
        assert_true(untrusted && after_prefix(untrusted, start));
}

static void what_others_may_write_is_named(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "boot/sub/kernel", "");
    tree_link(tree, "link", "boot/sub/kernel");
    expect_distrust(tree, "link", NULL);
    tree_mode(tree, "boot/sub/kernel", 0664);
    expect_distrust(tree, "link", "/boot/sub/kernel is writable");
    tree_mode(tree, "boot/sub/kernel", 0646);
    expect_distrust(tree, "link", "/boot/sub/kernel is writable");
    tree_mode(tree, "boot/sub", 0775);
    expect_distrust(tree, "link", "/boot/sub is writable");
    tree_mode(tree, "boot", 01777);
    expect_distrust(tree, "link", "/boot is writable");
    assert_int_equal(fchmodat(AT_FDCWD, tree->path, 0777, 0), 0);
    expect_distrust(tree, "link", "/ is writable");
}

static void what_is_not_roots_is_named(void **state)
{
    const struct tree *tree = *state;

    if (geteuid() != 0)
        skip();
    tree_write(tree, "boot/kernel", "");
    tree_link(tree, "link", "boot/kernel");
    assert_int_equal(fchownat(tree->root, "boot/kernel", 1000, 0, 0), 0);
    expect_distrust(tree, "link", "/boot/kernel does not belong");
    assert_int_equal(fchownat(tree->root, "boot", 1000, 0, 0), 0);
    expect_distrust(tree, "link", "/boot does not belong");
    assert_int_equal(fchownat(tree->root, "link", 1000, 0, AT_SYMLINK_NOFOLLOW), 0);
    expect_distrust(tree, "link", "/link does not belong");
}

static void a_way_through_others_directories_is_named(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "boot/kernel", "");
    tree_mkdir(tree, "open/house");
    tree_mode(tree, "open", 0777);
    tree_link(tree, "link", "open/house/../../boot/kernel");
    expect_distrust(tree, "link", "/open is writable");
}

static void distrust_needs_a_file(void **state)
{
    const struct tree *tree = *state;
    char *untrusted = (char *)"not touched";

    tree_mkdir(tree, "open");
    tree_mode(tree, "open", 0777);
    assert_int_equal(root_open(tree->root, "open/nothing", &untrusted), -ENOENT);
    assert_null(untrusted);
}

static void odd_files_are_not_opened(void **state)
{
    const struct tree *tree = *state;
    int fd;

    assert_int_equal(mkfifoat(tree->root, "fifo", 0644), 0);
    tree_link(tree, "link", "fifo");
    assert_int_equal(root_open(tree->root, "fifo", NULL), -EINVAL);
    assert_int_equal(root_open(tree->root, "link", NULL), -EINVAL);
    assert_int_equal(root_open_device(tree->root, "fifo"), -EINVAL);
    assert_int_equal(root_open_directory(tree->root, "fifo"), -ENOTDIR);
    assert_int_equal(root_open(tree->root, "", NULL), -EISDIR);
    tree_write(tree, "file", "");
    fd = root_open_device(tree->root, "file");
    assert_true(fd >= 0);
    close(fd);
    fd = root_open(tree->root, "file", NULL);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
    if (mknodat(tree->root, "null", S_IFCHR | 0666, makedev(1, 3)) == 0) {
        assert_int_equal(root_open(tree->root, "null", NULL), -EINVAL);
        fd = root_open_device(tree->root, "null");
        assert_true(fd >= 0 || fd == -EACCES); /* a file system may be mounted nodev */
        closep(&fd);
    }
    assert_int_equal(root_open_directory(tree->root, "file"), -ENOTDIR);
    fd = root_open_directory(tree->root, "/");
    assert_true(fd >= 0);
    close(fd);
}

static void existing_counts_the_link_itself(void **state)
{
    const struct tree *tree = *state;

    tree_link(tree, "dangling", "nothing");
    tree_link(tree, "loop", "loop");
    tree_write(tree, "file", "");
    tree_link(tree, "dir", "/real");
    tree_write(tree, "real/x", "");
    assert_int_equal(root_exists(tree->root, "dangling"), 1);
    assert_int_equal(root_exists(tree->root, "/loop"), 1);
    assert_int_equal(root_exists(tree->root, "dir/x"), 1);
    assert_int_equal(root_exists(tree->root, "nothing"), 0);
    assert_int_equal(root_exists(tree->root, "dangling/x"), 0);
    assert_int_equal(root_exists(tree->root, "file/x"), 0);
    assert_int_equal(root_exists(tree->root, "loop/x"), -ELOOP);
}

static void a_link_says_where_it_points(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *target = NULL, *none = NULL;

    tree_link(tree, "a/link", "/dev/null");
    tree_write(tree, "file", "");
    assert_int_equal(root_readlink(tree->root, "a/link", &target), 0);
    assert_string_equal(target, "/dev/null");
    assert_int_equal(root_readlink(tree->root, "file", &none), -EINVAL);
    assert_int_equal(root_readlink(tree->root, "nothing", &none), -ENOENT);
    assert_null(none);
}

static void reading_has_a_limit(void **state)
{
    static const size_t SIZES[] = {0, 1, 4095, 4096, 4097, 8192, 65536, 100000};
    const struct tree *tree = *state;
    AUTOFREE char *bytes = calloc(1, 100000);

    for (size_t i = 0; i < ELEMENTS(SIZES); i++) {
        AUTOFREE char *text = NULL, *none = NULL;
        size_t length = 7;

        tree_write_bytes(tree, "f", bytes, SIZES[i]);
        assert_int_equal(root_read(tree->root, "f", SIZES[i], &text, &length), 0);
        assert_int_equal(length, SIZES[i]);
        assert_int_equal(text[length], 0);
        if (SIZES[i] == 0)
            continue;
        assert_int_equal(root_read(tree->root, "f", SIZES[i] - 1, &none, NULL), -EFBIG);
        assert_null(none);
    }
    assert_int_equal(root_read(tree->root, "", 100, &bytes, NULL), -EISDIR);
}

static void a_line_is_the_first_one(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *line = NULL, *none = NULL;

    tree_write(tree, "f", "one\ntwo\n");
    assert_int_equal(root_read_line(tree->root, "f", 100, &line), 0);
    assert_string_equal(line, "one");
    tree_write_bytes(tree, "f", "o\0ne", 4);
    assert_int_equal(root_read_line(tree->root, "f", 100, &none), -EBADMSG);
}

static void a_number_is_all_there_is(void **state)
{
    static const char *const BAD[] = {
        "", "\n", "x", "1x", "1 2", "0x10", "--1", "99999999999999999999", "-99999999999999999999"};
    const struct tree *tree = *state;
    long number = 7;

    for (size_t i = 0; i < ELEMENTS(BAD); i++) {
        tree_write(tree, "f", BAD[i]);
        assert_int_equal(root_read_number(tree->root, "f", &number), -EBADMSG);
        assert_int_equal(number, 7);
    }
    tree_write(tree, "f", "-1\n");
    assert_int_equal(root_read_number(tree->root, "f", &number), 0);
    assert_int_equal(number, -1);
}

static int is_x(const char *name)
{
    return name[0] == 'x';
}

static void names_are_sorted_and_counted(void **state)
{
    static const char *const WANTED[] = {"x-10", "x-9", "xZ", "xa"};
    const struct tree *tree = *state;
    CLEANUP(names_freep) char **names = NULL, **none = NULL;

    for (size_t i = ELEMENTS(WANTED); i > 0; i--)
        tree_write(tree, WANTED[i - 1], "");
    tree_write(tree, "other", "");
    assert_int_equal(root_names(tree->root, "", is_x, 4, &names), 4);
    for (size_t i = 0; i < ELEMENTS(WANTED); i++)
        assert_string_equal(names[i], WANTED[i]);
    assert_null(names[4]);
    assert_int_equal(root_names(tree->root, "", is_x, 3, &none), -E2BIG);
    assert_int_equal(root_names(tree->root, "nothing", is_x, 3, &none), -ENOENT);
    assert_int_equal(root_names(tree->root, "other", is_x, 3, &none), -ENOTDIR);
    assert_null(none);
    names_free(NULL);
}

static int try_forbidden(void *argument)
{
    const struct tree *tree = argument;
    CLEANUP(names_freep) char **names = NULL;
    AUTOFREE char *text = NULL;

    return root_open(tree->root, "closed/file", NULL) == -EACCES &&
           root_exists(tree->root, "closed/file") == -EACCES &&
           root_read(tree->root, "secret", 10, &text, NULL) == -EACCES &&
           root_names(tree->root, "closed", is_x, 10, &names) == -EACCES &&
           root_exists(tree->root, "secret") == 1;
}

static void what_may_not_be_read_says_so(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "closed/file", "");
    tree_write(tree, "secret", "");
    tree_mode(tree, "closed", 0);
    tree_mode(tree, "secret", 0);
    assert_int_equal(as_nobody(try_forbidden, *state), 1);
    tree_mode(tree, "closed", 0755);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(links_stay_below_the_root),
        TEST(dots_and_slashes_are_taken_as_the_kernel_does),
        TEST(links_end_somewhere),
        TEST(paths_may_be_too_long),
        TEST(it_agrees_with_the_kernel),
        TEST(what_others_may_write_is_named),
        TEST(what_is_not_roots_is_named),
        TEST(a_way_through_others_directories_is_named),
        TEST(distrust_needs_a_file),
        TEST(odd_files_are_not_opened),
        TEST(existing_counts_the_link_itself),
        TEST(a_link_says_where_it_points),
        TEST(reading_has_a_limit),
        TEST(a_line_is_the_first_one),
        TEST(a_number_is_all_there_is),
        TEST(names_are_sorted_and_counted),
        TEST(what_may_not_be_read_says_so),
    };

    return RUN_TESTS(tests);
}
