/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/journal.h"

#include <fcntl.h>

#include "test.h"
#include "tree.h"

static bool listens;
static int sends, send_error;

int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);
int __wrap_access(const char *path, int mode)
{
    if (!streq(path, "/run/systemd/journal/socket"))
        return __real_access(path, mode);
    return listens ? 0 : -1;
}

/* sd_journal_send() is a macro for this. Like the real one, it returns 0 if nothing listens. */
int sd_journal_send_with_location(const char *file, const char *line, const char *function,
                                  const char *pattern, ...);
int sd_journal_send_with_location(const char *file, const char *line, const char *function,
                                  const char *pattern, ...)
{
    (void)file, (void)line, (void)function, (void)pattern;
    sends += listens;
    return listens ? send_error : 0;
}

/* What is printed on standard error. */
static char *say(const struct tree *tree)
{
    AUTOCLOSE int fd = openat(tree->root, "said", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    AUTOCLOSE int before = dup(STDERR_FILENO);

    (void)fflush(stderr);
    (void)dup2(fd, STDERR_FILENO);
    journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "disk %s is gone", "sda");
    journal_trouble("/etc/x", -ENOENT);
    (void)dup2(before, STDERR_FILENO);
    return tree_read(tree, "said");
}

static void a_journal_has_it_all(void **state)
{
    AUTOFREE char *said = NULL;

    listens = true;
    said = say(*state);
    assert_string_equal(said, "");
    assert_int_equal(sends, 2);
}

/* A history or a command line may contain anything, and standard error may be the console. */
static void control_characters_stay_out(void **state)
{
    const struct tree *tree = *state;
    AUTOCLOSE int fd = openat(tree->root, "said", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    AUTOCLOSE int before = dup(STDERR_FILENO);
    AUTOFREE char *said = NULL;

    listens = false;
    (void)fflush(stderr);
    (void)dup2(fd, STDERR_FILENO);
    journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "kernel %s", "6.1\033[2J");
    (void)dup2(before, STDERR_FILENO);
    said = tree_read(tree, "said");
    assert_string_equal(said, "fastreboot: kernel 6.1\\x1b[2J\n");
}

static void without_one_it_is_said_on_standard_error(void **state)
{
    static const char SAID[] = "fastreboot: disk sda is gone\n"
                               "fastreboot: /etc/x: No such file or directory\n";
    AUTOFREE char *said = NULL, *again = NULL;

    listens = false;
    said = say(*state);
    assert_string_equal(said, SAID);
    listens = true;
    send_error = -EPERM;
    again = say(*state);
    assert_string_equal(again, SAID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_journal_has_it_all),
        TEST(control_characters_stay_out),
        TEST(without_one_it_is_said_on_standard_error),
    };

    return RUN_TESTS(tests);
}
