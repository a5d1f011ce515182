/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/state.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "test.h"
#include "tree.h"

static void expect_text(const struct tree *tree, const char *path, const char *expected)
{
    AUTOFREE char *text = tree_read(tree, path);

    if (!expected)
        assert_null(text);
    else
        assert_string_equal(text, expected);
}

static bool exists(const struct tree *tree, const char *path)
{
    return faccessat(tree->root, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void the_new_text_replaces_the_old(void **state)
{
    const struct tree *tree = *state;
    struct stat st;

    tree_mkdir(tree, "var/lib");
    assert_int_equal(state_write(tree->root, "var/lib/fastreboot/x", "old, and longer"), 0);
    assert_int_equal(state_write(tree->root, "var/lib/fastreboot/x", "new"), 0);
    expect_text(tree, "var/lib/fastreboot/x", "new");
    assert_false(exists(tree, "var/lib/fastreboot/.x.new"));
    assert_int_equal(fstatat(tree->root, "var/lib/fastreboot/x", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(state_write(tree->root, "nothing/at/all", "x"), -ENOENT);
}

static void removing_twice_is_fine(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "d/x", "");
    assert_int_equal(state_remove(tree->root, "d/x"), 0);
    assert_int_equal(state_remove(tree->root, "d/x"), 0);
    assert_int_equal(state_remove(tree->root, "nowhere/x"), 0);
    assert_true(state_remove(tree->root, "d") < 0);
}

/* A leftover of an earlier crash does not get in the way. */
static void a_leftover_is_no_obstacle(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "d/x", "old");
    tree_write(tree, "d/.x.new", "half of something that was much longer than what comes now");
    assert_int_equal(state_write(tree->root, "d/x", "new"), 0);
    expect_text(tree, "d/x", "new");
    assert_false(exists(tree, "d/.x.new"));
}

/* Nor does anything that a crash cannot have left: writing to a FIFO would block. */
static void a_fifo_is_not_waited_for(void **state)
{
    const struct tree *tree = *state;

    tree_mkdir(tree, "d");
    assert_int_equal(mkfifoat(tree->root, "d/.x.new", 0600), 0);
    (void)alarm(60);
    assert_int_equal(state_write(tree->root, "d/x", "new"), 0);
    (void)alarm(0);
    expect_text(tree, "d/x", "new");
    assert_false(exists(tree, "d/.x.new"));
}

/* Nor is anything written to the target of a link in its place. */
static void a_link_is_not_written_through(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "d/x", "old");
    tree_write(tree, "precious", "precious");
    tree_link(tree, "d/.x.new", "../precious");
    assert_int_equal(state_write(tree->root, "d/x", "new"), 0);
    expect_text(tree, "d/x", "new");
    expect_text(tree, "precious", "precious");
}

/* A child writes, with a limit on the file size that is too small for the text. */
static int write_too_much(void *argument)
{
    const struct tree *tree = argument;
    const struct rlimit limit = {4, 4};

    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
        return 0;
    return state_write(tree->root, "d/x", "much too long") == -EFBIG;
}

static void the_old_text_stays_when_writing_fails(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "d/x", "old");
    tree_mode(tree, "d", 0777);
    assert_int_equal(as_nobody(write_too_much, *state), 1);
    expect_text(tree, "d/x", "old");
    assert_false(exists(tree, "d/.x.new"));
}

static int write_forbidden(void *argument)
{
    const struct tree *tree = argument;

    return state_write(tree->root, "d/x", "new") == -EACCES;
}

static void the_old_text_stays_in_a_closed_directory(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "d/x", "old");
    tree_mode(tree, "d", 0555);
    assert_int_equal(as_nobody(write_forbidden, *state), 1);
    expect_text(tree, "d/x", "old");
}

static void the_old_text_stays_when_renaming_fails(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "d/x/inside", "old");
    assert_int_equal(state_write(tree->root, "d/x", "new"), -EISDIR);
    expect_text(tree, "d/x/inside", "old");
    assert_false(exists(tree, "d/.x.new"));
}

static int full_disk(struct tree *tree)
{
    AUTOFREE char *where = format("%s/d", tree->path), *text = calloc(1, 100001);

    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", where, "tmpfs", 0, "size=16k") < 0)
        return 2;
    tree->root = open(tree->path, O_PATH | O_CLOEXEC); /* as seen from here */
    memset(text, 'x', 100000);
    tree_write(tree, "d/x", "old");
    if (state_write(tree->root, "d/x", text) != -ENOSPC)
        return 3;
    expect_text(tree, "d/x", "old");
    return exists(tree, "d/.x.new") ? 4 : 0;
}

static void the_old_text_stays_on_a_full_disk(void **state)
{
    int status;
    pid_t pid;

    tree_mkdir(*state, "d");
    pid = fork();
    if (pid == 0)
        _exit(full_disk(*state));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
        skip(); /* not permitted to mount here */
    assert_int_equal(status, 0);
}

/* Killed at any time, the file contains one of the written texts, complete. */
static void being_killed_leaves_old_or_new(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *old = malloc(60001), *new = malloc(60001);

    memset(old, 'o', 60000);
    memset(new, 'n', 60000);
    old[60000] = new[60000] = 0;
    for (int round = 0; round < 60; round++) {
        AUTOFREE char *text = NULL;
        pid_t pid;

        tree_write(tree, "d/x", old);
        pid = fork();
        if (pid == 0)
            for (;;)
                (void)(state_write(tree->root, "d/x", new) < 0 ||
                       state_write(tree->root, "d/x", old) < 0);
        (void)usleep(dice(3000));
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        text = tree_read(tree, "d/x");
        assert_true(streq(text, old) || streq(text, new));
        assert_int_equal(state_write(tree->root, "d/x", "after it"), 0);
    }
}

static void what_is_set_aside_keeps_its_text(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "d/x", "old");
    tree_write(tree, "d/x.damaged", "older");
    assert_int_equal(state_set_aside(tree->root, "d/x", "damaged"), 0);
    expect_text(tree, "d/x.damaged", "old");
    expect_text(tree, "d/x", NULL);
    assert_int_equal(state_set_aside(tree->root, "d/x", "damaged"), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_new_text_replaces_the_old),
        TEST(removing_twice_is_fine),
        TEST(a_leftover_is_no_obstacle),
        TEST(a_fifo_is_not_waited_for),
        TEST(a_link_is_not_written_through),
        TEST(the_old_text_stays_when_writing_fails),
        TEST(the_old_text_stays_in_a_closed_directory),
        TEST(the_old_text_stays_when_renaming_fails),
        TEST(the_old_text_stays_on_a_full_disk),
        TEST(being_killed_leaves_old_or_new),
        TEST(what_is_set_aside_keeps_its_text),
    };

    return RUN_TESTS(tests);
}
