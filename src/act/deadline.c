/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/deadline.h"

#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "base/util.h"

static const char *volatile doing = "starting";
static struct timespec limit;
static int64_t end = INT64_MAX;

static void say(const char *text)
{
    ssize_t n = write(STDERR_FILENO, text, strlen(text));

    (void)n; /* there is nowhere to report it */
}

/* In a thread, because no signal handler runs while the program waits for an automount or a network
 * file system: only fatal signals, such as the one that ends the process, interrupt that. */
static void *give_up(void *nothing)
{
    (void)nothing;
    (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &limit, NULL);
    say("fastreboot: out of time while ");
    say(doing);
    say("\n");
    _exit(EXIT_FAILURE);
}

void deadline_start(int64_t microseconds)
{
    pthread_t thread;

    end = clock_uptime() + microseconds;
    limit = (struct timespec){.tv_sec = microseconds / 1000000,
                              .tv_nsec = microseconds % 1000000 * 1000};
    if (pthread_create(&thread, NULL, give_up, NULL) != 0)
        (void)alarm((unsigned)(microseconds / 1000000) + 1); /* without a message */
}

int64_t deadline_left(void)
{
    return end == INT64_MAX ? end : end - clock_uptime();
}

void deadline_doing(const char *what)
{
    doing = what;
}
