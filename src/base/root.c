/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "base/fd.h"
#include "base/util.h"
#include "base/witness.h"

enum {
    MAX_LINKS = 40, /* as the kernel's own limit */
};

/* A walk along a path, one component at a time. */
struct walk {
    int root;
    uid_t owner;         /* who must own everything: the owner of the root directory */
    char done[PATH_MAX]; /* without links, relative to root */
    char todo[PATH_MAX];
    unsigned links;
    struct stat stat; /* of what `done` names */
    char **untrusted; /* NULL when nobody asks */
};

static void walk_check(struct walk *walk, const char *name)
{
    bool writable = !S_ISLNK(walk->stat.st_mode) && (walk->stat.st_mode & (S_IWGRP | S_IWOTH));

    if (!walk->untrusted || *walk->untrusted)
        return;
    if (walk->stat.st_uid == walk->owner && !writable)
        return;
    *walk->untrusted =
        format("/%s %s", name,
               writable ? "can be written by others than its owner" : "does not belong to root");
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

/* Replaces what is still to do by the link's target and, behind it, the rest. */
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
    size_t length = strlen(walk->done);

    if (length + strlen(component) + 2 > sizeof(walk->done))
        return -ENAMETOOLONG;
    sprintf(walk->done + length, "%s%s", length ? "/" : "", component);
    if (fstatat(walk->root, walk->done, &walk->stat, AT_SYMLINK_NOFOLLOW) < 0) {
        int error = -errno;

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

static int walk_path(struct walk *walk, int root, const char *path, char **untrusted)
{
    int r = walk_start(walk, root, path, untrusted);

    while (r >= 0 && walk->todo[0])
        r = walk_step(walk);
    if (r >= 0 && fstatat(root, walk->done, &walk->stat, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
        r = -errno;
    return r;
}

/* What was found out about trust is given out only with success. */
static void drop_untrusted(char **untrusted)
{
    if (untrusted) {
        free(*untrusted);
        *untrusted = NULL;
    }
}

int root_resolve(int root, const char *path, char **ret_path, struct stat *ret_stat,
                 char **ret_untrusted)
{
    struct walk walk;
    int r = walk_path(&walk, root, path, ret_untrusted);

    if (r < 0) {
        drop_untrusted(ret_untrusted);
        return r;
    }
    *ret_path = xstrdup(walk.done);
    if (ret_stat)
        *ret_stat = walk.stat;
    return 0;
}

/* Tells the witness of `name` in `directory`, whose path below the root is `path`. */
static void tell(int directory, const char *name, const char *path)
{
    char target[PATH_MAX];
    struct stat st;
    ssize_t length;

    if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return;
    length = S_ISLNK(st.st_mode) ? readlinkat(directory, name, target, sizeof(target) - 1) : -1;
    if (length >= 0)
        target[length] = 0;
    witness->saw(path, &st, length >= 0 ? target : NULL);
}

static int open_walked(struct walk *walk, int root, const char *path, int flags,
                       char **ret_untrusted)
{
    int r = walk_path(walk, root, path, ret_untrusted);

    if (r >= 0) {
        int fd = openat(root, walk->done[0] ? walk->done : ".", flags | O_NOFOLLOW | O_CLOEXEC);

        r = fd < 0 ? -errno : fd;
        if (witness)
            witness->opened(walk->done, r);
    }
    if (r < 0)
        drop_untrusted(ret_untrusted);
    return r;
}

int root_open(int root, const char *path, char **ret_untrusted)
{
    struct walk walk;

    return open_walked(&walk, root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, ret_untrusted);
}

int root_open_directory(int root, const char *path)
{
    struct walk walk;

    return open_walked(&walk, root, path, O_RDONLY | O_DIRECTORY, NULL);
}

/* Splits off the last component, which is not to be followed, and resolves what is before it. */
static int resolve_parent(int root, const char *path, char **ret_path)
{
    AUTOFREE char *copy = xstrdup(path), *parent = NULL;
    char *slash = strrchr(copy, '/');
    int r;

    if (slash)
        *slash++ = 0;
    if (streq(slash ? slash : copy, "..")) /* nothing in the directory before it, but above it */
        return -EINVAL;
    r = root_resolve(root, slash ? copy : "", &parent, NULL, NULL);
    if (r < 0)
        return r;
    *ret_path = format("%s%s%s", parent, *parent ? "/" : "", slash ? slash : copy);
    if (witness)
        tell(root, *ret_path, *ret_path);
    return 0;
}

int root_exists(int root, const char *path)
{
    AUTOFREE char *full = NULL;
    struct stat st;
    int r = resolve_parent(root, path, &full);

    if (r >= 0 && fstatat(root, full, &st, AT_SYMLINK_NOFOLLOW) < 0)
        r = -errno;
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    return r < 0 ? r : 1;
}

int root_readlink(int root, const char *path, char **ret_target)
{
    AUTOFREE char *full = NULL;
    char target[PATH_MAX];
    ssize_t length;
    int r = resolve_parent(root, path, &full);

    if (r < 0)
        return r;
    length = readlinkat(root, full, target, sizeof(target) - 1);
    if (length < 0)
        return -errno;
    target[length] = 0;
    *ret_target = xstrdup(target);
    return 0;
}

int root_read(int root, const char *path, size_t max, char **ret_text, size_t *ret_length)
{
    AUTOCLOSE int fd = root_open(root, path, NULL);

    return fd < 0 ? fd : fd_read(fd, max, ret_text, ret_length);
}

int root_read_line(int root, const char *path, size_t max, char **ret_line)
{
    AUTOFREE char *text = NULL;
    size_t length;
    int r = root_read(root, path, max, &text, &length);

    if (r < 0)
        return r;
    if (strlen(text) != length)
        return -EBADMSG;
    text[strcspn(text, "\n")] = 0;
    *ret_line = steal(&text);
    return 0;
}

int root_read_number(int root, const char *path, long *ret_number)
{
    AUTOFREE char *line = NULL;
    char *end;
    long number;
    int r = root_read_line(root, path, 64, &line);

    if (r < 0)
        return r;
    errno = 0;
    number = strtol(line, &end, 10);
    if (errno || end == line || *end)
        return -EBADMSG;
    *ret_number = number;
    return 0;
}

/* The name alone matters, and what kind of thing it is. */
static void tell_entry(int directory, const char *path, const char *name)
{
    AUTOFREE char *full = format("%s%s%s", path, *path ? "/" : "", name);

    tell(directory, name, full);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int is_visible(const char *name)
{
    return name[0] != '.';
}

int root_names(int root, const char *path, int (*wanted)(const char *name), size_t max,
               char ***ret_names)
{
    CLEANUP(names_freep) char **names = xcalloc(1, sizeof(*names));
    AUTOCLOSEDIR DIR *dir = NULL;
    struct walk walk;
    size_t n = 0;
    int fd, r;

    fd = open_walked(&walk, root, path, O_RDONLY | O_DIRECTORY, NULL);
    if (fd < 0)
        return fd;
    dir = fdopendir(fd);
    if (!dir) {
        r = -errno;
        (void)close(fd);
        return r;
    }
    for (;;) {
        const struct dirent *entry;

        errno = 0;
        entry = readdir(dir);
        if (!entry && errno)
            return -errno;
        if (!entry)
            break;
        if (!(wanted ? wanted : is_visible)(entry->d_name))
            continue;
        if (n == max)
            return -E2BIG;
        names = xreallocarray(names, n + 2, sizeof(*names));
        names[n++] = xstrdup(entry->d_name);
        names[n] = NULL;
        if (witness)
            tell_entry(fd, walk.done, entry->d_name);
    }
    qsort(names, n, sizeof(*names), compare_names);
    *ret_names = steal(&names);
    return (int)n;
}

void names_free(char **names)
{
    for (char **name = names; name && *name; name++)
        free(*name);
    free(names);
}

void names_freep(char ***names)
{
    names_free(*names);
}
