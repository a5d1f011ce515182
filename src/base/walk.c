/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#endif

#include "base/util.h"
#include "base/witness.h"

enum {
    MAX_LINKS = 40, /* same as the kernel's limit */
};

unsigned walk_denials;

int walk_error(void)
{
    walk_denials += errno == EACCES || errno == EPERM;
    return -errno;
}

static void walk_check(struct walk *walk, const char *name)
{
    bool writable = !S_ISLNK(walk->stat.st_mode) && (walk->stat.st_mode & (S_IWGRP | S_IWOTH));

    if (!walk->untrusted || *walk->untrusted)
        return;
    if (walk->stat.st_uid == walk->owner && !writable)
        return;
    *walk->untrusted =
        format("/%s %s", name,
               writable ? "is writable by users other than its owner" : "does not belong to root");
}

static int walk_start(struct walk *walk, int root, const char *path, char **untrusted)
{
    walk->root = root;
    walk->links = 0;
    walk->done[0] = 0;
    walk->untrusted = untrusted;
    if (untrusted)
        *untrusted = NULL;
    if (strlen(path) >= sizeof(walk->todo))
        return -ENAMETOOLONG;
    strcpy(walk->todo, path);
    if (fstat(root, &walk->stat) < 0)
        return -errno;
    walk->owner = walk->stat.st_uid;
    walk_check(walk, "");
    if (witness)
        witness->saw("", &walk->stat, NULL);
    return 0;
}

static void walk_up(struct walk *walk)
{
    char *slash = strrchr(walk->done, '/');

    *(slash ? slash : walk->done) = 0;
}

/* Replaces the remaining path by the link's target, followed by the rest. */
static int walk_link(struct walk *walk, const char *rest)
{
    char target[PATH_MAX], todo[PATH_MAX];
    ssize_t length = readlinkat(walk->root, walk->done, target, sizeof(target) - 1);

    if (length < 0)
        return -errno;
    target[length] = 0;
    if (witness)
        witness->saw(walk->done, &walk->stat, target);
    if (++walk->links > MAX_LINKS)
        return -ELOOP;
    if (snprintf(todo, sizeof(todo), "%s/%s", target, rest) >= (int)sizeof(todo))
        return -ENAMETOOLONG;
    strcpy(walk->todo, todo);
    if (target[0] == '/')
        walk->done[0] = 0;
    else
        walk_up(walk);
    return 0;
}

static int walk_into(struct walk *walk, const char *component, const char *rest)
{
    size_t length = strlen(walk->done), more = strlen(component);

    if (length + more + 2 > sizeof(walk->done))
        return -ENAMETOOLONG;
    if (length)
        walk->done[length++] = '/';
    memcpy(walk->done + length, component, more + 1);
    if (fstatat(walk->root, walk->done, &walk->stat, AT_SYMLINK_NOFOLLOW) < 0) {
        int error = walk_error();

        if (witness && error == -EACCES)
            witness->opened(walk->done, error);
        return error;
    }
    walk_check(walk, walk->done);
    if (S_ISLNK(walk->stat.st_mode))
        return walk_link(walk, rest);
    if (witness)
        witness->saw(walk->done, &walk->stat, NULL);
    if (*rest && !S_ISDIR(walk->stat.st_mode))
        return -ENOTDIR;
    memmove(walk->todo, rest, strlen(rest) + 1);
    return 0;
}

static int walk_step(struct walk *walk)
{
    char *component = walk->todo + strspn(walk->todo, "/");
    size_t length = strcspn(component, "/");
    char *rest = component + length + strspn(component + length, "/");
    char name[NAME_MAX + 1];

    if (length > NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(name, component, length);
    name[length] = 0;
    if (length == 0 || streq(name, ".")) {
        memmove(walk->todo, rest, strlen(rest) + 1);
        return 0;
    }
    if (streq(name, "..")) {
        walk_up(walk);
        memmove(walk->todo, rest, strlen(rest) + 1);
        return 0;
    }
    return walk_into(walk, name, rest);
}

int walk_path(struct walk *walk, int root, const char *path, char **untrusted)
{
    int r = walk_start(walk, root, path, untrusted);

    while (r >= 0 && walk->todo[0])
        r = walk_step(walk);
    if (r >= 0 && fstatat(root, walk->done, &walk->stat, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
        r = -errno;
    return r;
}

#if defined(SYS_openat2) && defined(RESOLVE_IN_ROOT)
/* Linux 5.6. A sandbox may refuse what it does not know. */
static int open_below(int root, const char *path)
{
    static bool unavailable;
    const struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                                 .resolve = RESOLVE_IN_ROOT};
    long fd;

    if (unavailable)
        return -EAGAIN;
    fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
    if (fd >= 0)
        return (int)fd;
    unavailable = errno == ENOSYS || errno == EPERM;
    return errno == ENOENT ? -ENOENT : -EAGAIN;
}
#else
static int open_below(int root, const char *path)
{
    (void)root;
    (void)path;
    return -EAGAIN;
}
#endif

int walk_parent(int root, const char *path, const char **ret_name)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = slash ? (size_t)(slash - path) : 0;
    char parent[PATH_MAX];

    if (length == 0 || length >= sizeof(parent) || !*name || streq(name, ".") || streq(name, ".."))
        return -EAGAIN;
    memcpy(parent, path, length);
    parent[length] = 0;
    *ret_name = name;
    return open_below(root, parent);
}
