/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/package.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>

#include "base/child.h"
#include "base/util.h"

enum {
    MAX_ANSWER = 4096,
    MAX_WORDS = 5,
};

/* Each prints the package's name first, and exits with 1 if the file belongs to none. */
static const struct manager {
    struct package package;
    const char *command[MAX_WORDS]; /* followed by the path */
} MANAGERS[] = {
    {{NULL, "dpkg", "apt remove", "apt purge"}, {"dpkg-query", "-S"}},
    {{NULL, "rpm", "rpm -e", "rpm -e"}, {"rpm", "-qf", "--qf", "%{NAME}\n"}},
    {{NULL, "pacman", "pacman -R", "pacman -Rn"}, {"pacman", "-Qqo"}},
};

/* Starts the command, with its output going to a pipe. ret_fd is the end to read from. */
static int start(const char *const command[], const char *path, pid_t *ret_pid, int *ret_fd)
{
    char *argv[MAX_WORDS + 2] = {NULL};
    posix_spawn_file_actions_t actions;
    int ends[2], r;

    for (int i = 0; i < MAX_WORDS && command[i]; i++) {
        argv[i] = (char *)command[i];
        argv[i + 1] = (char *)path;
    }
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    (void)posix_spawn_file_actions_init(&actions);
    r = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (r == 0)
        r = posix_spawnp(ret_pid, argv[0], &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(ends[1]);
    *ret_fd = ends[0];
    if (r > 0)
        closep(ret_fd);
    return -r;
}

/* Reads the start of the output, and lets the program end. */
static void read_answer(int fd, char answer[MAX_ANSWER])
{
    char rest[512];
    size_t length = 0;
    ssize_t n;

    while (length < MAX_ANSWER - 1) {
        n = read(fd, answer + length, MAX_ANSWER - 1 - length);
        if (n <= 0 && !(n < 0 && errno == EINTR))
            break;
        length += n > 0 ? (size_t)n : 0;
    }
    answer[length] = 0;
    do
        n = read(fd, rest, sizeof(rest));
    while (n > 0 || (n < 0 && errno == EINTR));
}

/* The exit status as child_wait() gives it, or a negative errno. */
static int ask(const char *const command[], const char *path, char answer[MAX_ANSWER])
{
    AUTOCLOSE int fd = -1;
    pid_t pid;
    int r = start(command, path, &pid, &fd);

    if (r < 0)
        return r;
    read_answer(fd, answer);
    return child_wait(pid);
}

int package_of(const char *path, struct package *ret)
{
    *ret = (struct package){0};
    for (size_t i = 0; i < ELEMENTS(MANAGERS); i++) {
        char answer[MAX_ANSWER];
        int r = ask(MANAGERS[i].command, path, answer);

        if (r == -ENOENT || r == -EACCES) /* this machine has another one, or this user has */
            continue;
        if (r < 0 || r > 1)
            return r < 0 ? r : -EIO;
        if (r == 1 || !*answer)
            continue;
        *ret = MANAGERS[i].package;
        ret->name = xstrndup(answer, strcspn(answer, ":,\n"));
        return 0;
    }
    return 0;
}
