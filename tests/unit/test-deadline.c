/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/deadline.h"

#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static void what_was_under_way_is_said(void **state)
{
    static const char EXPECTED[] = "fastreboot: out of time while reading a pipe\n";
    int pipes[2], status;
    char text[256] = "", none;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(pipes[1], STDERR_FILENO);
        deadline_doing("reading a pipe");
        deadline_start(1000);
        (void)!read(pipes[0], &none, 1); /* nobody writes */
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_int_equal(read(pipes[0], text, sizeof(text) - 1), strlen(EXPECTED));
    assert_string_equal(text, EXPECTED);
    (void)close(pipes[0]);
    (void)close(pipes[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_under_way_is_said)};

    return RUN_TESTS(tests);
}
