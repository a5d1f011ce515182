/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/deadline.h"

#include <signal.h>
#include <sys/time.h>

#include "base/util.h"

/* For the signal handler, which takes no data. */
static const char *volatile doing = "starting";

static void say(const char *text)
{
    ssize_t n = write(STDERR_FILENO, text, strlen(text));

    (void)n; /* there is nowhere to report it */
}

static void give_up(int signal)
{
    (void)signal;
    say("fastreboot: out of time while ");
    say(doing);
    say("\n");
    _exit(EXIT_FAILURE);
}

void deadline_start(int64_t microseconds)
{
    const struct sigaction action = {.sa_handler = give_up};
    const struct itimerval timer = {
        .it_value = {.tv_sec = microseconds / 1000000, .tv_usec = microseconds % 1000000}};

    (void)sigaction(SIGALRM, &action, NULL);
    (void)setitimer(ITIMER_REAL, &timer, NULL);
}

void deadline_doing(const char *what)
{
    doing = what;
}
