/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/hook.h"

#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>

#include "base/util.h"

int hook_run(const char *program, char *const environment[])
{
    char *argv[] = {(char *)program, NULL};
    int status, r;
    pid_t pid;

    for (size_t i = 0; environment[i]; i++)
        (void)putenv(environment[i]);
    r = posix_spawn(&pid, program, NULL, NULL, argv, environ);
    if (r > 0)
        return -r;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
