/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/together.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/util.h"

enum {
    SECOND = 1000000, /* in microseconds */
    MAX_STATUS = 255,
};

struct work {
    char *driver, *device;
    pid_t pid; /* or 0 if it has ended */
};

struct works {
    struct work *all;
    size_t n, running;
    int64_t start;
    unsigned detached;
    detach_tell tell;
};

static void works_clear(struct works *works)
{
    for (size_t i = 0; i < works->n; i++) {
        free(works->all[i].driver);
        free(works->all[i].device);
    }
    free(works->all);
}

/* systemd-shutdown kills all processes and waits for each, but not for those whose name starts so:
 * one that a driver keeps would hold up the reboot for minutes. */
static void hide_from_shutdown(void)
{
    program_invocation_name[0] = '@';
}

static void start(int root, struct works *works, struct work *work, together_unbind unbind)
{
    pid_t pid = fork();

    if (pid == 0) {
        int r;

        hide_from_shutdown();
        r = unbind(root, work->driver, work->device);
        _exit(r < 0 && r > -MAX_STATUS ? -r : r < 0 ? MAX_STATUS : 0);
    }
    if (pid < 0) {
        detach_say(works->tell, LOG_WARNING, "%s stays attached to %s: %s", work->device,
                   work->driver, strerror(errno));
        return;
    }
    work->pid = pid;
    works->running++;
}

static void tell_end(struct works *works, const struct work *work, int status)
{
    int error = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;

    if (error == ENODEV) /* it no longer has a driver */
        error = 0;
    works->detached += error == 0;
    if (error)
        detach_say(works->tell, LOG_WARNING, "%s stays attached to %s: %s", work->device,
                   work->driver, strerror(error));
    else
        detach_say(works->tell, LOG_INFO, "detached %s from %s in %.1f s", work->device,
                   work->driver, (double)(clock_uptime() - works->start) / SECOND);
}

static void take_ended(struct works *works)
{
    for (size_t i = 0; i < works->n; i++) {
        struct work *work = &works->all[i];
        int status = 0;

        if (!work->pid || waitpid(work->pid, &status, WNOHANG) != work->pid)
            continue;
        work->pid = 0;
        works->running--;
        tell_end(works, work, status);
    }
}

/* SIGCHLD must be blocked: it is taken here, also one that came before. */
static void await(struct works *works, const sigset_t *child, int64_t limit)
{
    for (take_ended(works); works->running > 0; take_ended(works)) {
        int64_t left = works->start + limit - clock_uptime();
        struct timespec time = {.tv_sec = left / SECOND, .tv_nsec = left % SECOND * 1000};

        if (left <= 0 || (sigtimedwait(child, NULL, &time) < 0 && errno == EAGAIN))
            break;
    }
    take_ended(works);
    for (size_t i = 0; i < works->n; i++)
        if (works->all[i].pid)
            detach_say(works->tell, LOG_WARNING, "%s is still not detached from %s after %.1f s",
                       works->all[i].device, works->all[i].driver, (double)limit / SECOND);
}

/* Takes the lines apart. What is not the device of a driver is told and left out. */
static void read_lines(struct works *works, const char *devices)
{
    AUTOFREE char *list = xstrdup(devices);
    char *rest = NULL;

    for (char *line = strtok_r(list, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *device = strrchr(line, '/');

        if (!detach_is_device(line)) {
            detach_say(works->tell, LOG_WARNING, "%s is not the device of a driver", line);
            continue;
        }
        *device++ = 0;
        *APPEND(works->all, works->n) =
            (struct work){.driver = xstrdup(line), .device = xstrdup(device)};
    }
}

unsigned together_run(int root, const char *devices, int64_t limit, together_unbind unbind,
                      detach_tell tell)
{
    CLEANUP(works_clear) struct works works = {.tell = tell, .start = clock_uptime()};
    sigset_t child, before;

    (void)sigemptyset(&child);
    (void)sigaddset(&child, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &child, &before);
    read_lines(&works, devices);
    for (size_t i = 0; i < works.n; i++) {
        /* The last line in the journal if the kernel hangs here. */
        detach_say(works.tell, LOG_INFO, "detaching %s from %s", works.all[i].device,
                   works.all[i].driver);
        start(root, &works, &works.all[i], unbind);
    }
    await(&works, &child, limit);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return works.detached;
}

unsigned together_detach(int root, const char *devices, int64_t limit, detach_tell tell)
{
    return together_run(root, devices, limit, detach_unbind, tell);
}
