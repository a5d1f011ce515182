/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>

#include "base/child.h"
#include "base/util.h"

static int run_tar(const char *tree, int to)
{
    const char *const words[] = {"tar",      "--create",    "--gzip", "--sparse", "--numeric-owner",
                                 "--file=-", "--directory", tree,     ".",        NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int r = posix_spawn_file_actions_init(&actions);

    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawnp(&pid, "tar", &actions, NULL, (char *const *)words, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (r != 0)
        return -r;
    r = child_wait(pid);
    return r > 0 ? -ECHILD : r;
}

int archive_write(const char *tree, const char *file)
{
    AUTOFREE char *temporary = format("%s.XXXXXX", file);
    AUTOCLOSE int fd = mkostemp(temporary, O_CLOEXEC);
    int r = fd < 0 ? -errno : run_tar(tree, fd);

    if (r >= 0 && rename(temporary, file) < 0)
        r = -errno;
    if (r < 0 && fd >= 0)
        (void)unlink(temporary);
    return r;
}
