/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/deadline.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static void read_what_nobody_writes(void)
{
    int pipes[2];
    char none;

    (void)!pipe(pipes);
    (void)!read(pipes[0], &none, 1);
}

/* Waits like for an automount or a network file system that does not answer: signal handlers do not
 * run, only fatal signals have an effect. */
static void wait_unwakeable(void)
{
    static volatile pid_t child;

    child = vfork();
    if (child == 0) {
        (void)close(STDERR_FILENO); /* its reader waits for the end of the pipe */
        for (;;)
            (void)pause();
    }
}

/* Runs `wait_for` past the deadline: the program must end with `expected` on standard error. */
static void expect_end(void (*wait_for)(void), const char *expected)
{
    int pipes[2], status;
    char text[256] = "";
    pid_t child;

    assert_int_equal(pipe(pipes), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)setpgid(0, 0);
        (void)dup2(pipes[1], STDERR_FILENO);
        (void)close(pipes[0]);
        (void)close(pipes[1]);
        deadline_doing("waiting");
        deadline_start(1000);
        wait_for();
        _exit(0);
    }
    (void)close(pipes[1]);
    (void)alarm(30);
    assert_int_equal(waitpid(child, &status, 0), child);
    (void)alarm(0);
    (void)kill(-child, SIGKILL);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_int_equal(read(pipes[0], text, sizeof(text) - 1), strlen(expected));
    assert_string_equal(text, expected);
    (void)close(pipes[0]);
}

static void what_was_under_way_is_said(void **state)
{
    (void)state;
    expect_end(read_what_nobody_writes, "fastreboot: out of time while waiting\n");
}

static void what_no_signal_wakes_ends_too(void **state)
{
    (void)state;
    expect_end(wait_unwakeable, "fastreboot: out of time while waiting\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_under_way_is_said),
        cmocka_unit_test(what_no_signal_wakes_ends_too),
    };

    return RUN_TESTS(tests);
}
