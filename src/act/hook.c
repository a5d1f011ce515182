/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/hook.h"

#include <spawn.h>

#include "base/child.h"
#include "base/util.h"

static void set(const char *variable)
{
    size_t length = strcspn(variable, "=");
    AUTOFREE char *name = xstrndup(variable, length);

    if (setenv(name, variable + length + 1, 1) < 0)
        out_of_memory();
}

int hook_run(const char *program, char *const environment[])
{
    char *argv[] = {(char *)program, NULL};
    int r;
    pid_t pid;

    for (size_t i = 0; environment[i]; i++)
        set(environment[i]);
    r = posix_spawn(&pid, program, NULL, NULL, argv, environ);
    if (r > 0)
        return -r;
    return child_wait(pid);
}
