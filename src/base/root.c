/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "base/fd.h"
#include "base/util.h"
#include "base/walk.h"
#include "base/witness.h"

/* ret_untrusted is only set on success. */
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

/* Reports `name` in `directory` to the witness; `path` is its path below the root. */
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

/* Only opens the wanted kinds of files: opening a FIFO blocks, opening a tape rewinds it, and
 * opening a watchdog starts it. */
static int open_as(int directory, const char *path, mode_t mode, int flags,
                   bool (*is_wanted)(mode_t mode))
{
    int fd;

    if (!is_wanted(mode))
        return S_ISDIR(mode) ? -EISDIR : flags & O_DIRECTORY ? -ENOTDIR : -EINVAL;
    fd = openat(directory, path[0] ? path : ".", flags | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? walk_error() : fd;
}

/* Without a look at each component on the way. -EAGAIN if only the walk can tell. */
static int open_directly(int root, const char *path, int flags, bool (*is_wanted)(mode_t mode))
{
    const char *name;
    AUTOCLOSE int directory = walk_parent(root, path, &name);
    struct stat st;

    if (directory < 0)
        return directory;
    if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? -ENOENT : -EAGAIN;
    return S_ISLNK(st.st_mode) ? -EAGAIN : open_as(directory, name, st.st_mode, flags, is_wanted);
}

/* walk->done is only set where there is a witness. */
static int open_walked(struct walk *walk, int root, const char *path, int flags,
                       bool (*is_wanted)(mode_t mode), char **ret_untrusted)
{
    int r = witness || ret_untrusted ? -EAGAIN : open_directly(root, path, flags, is_wanted);

    if (r != -EAGAIN)
        return r;
    r = walk_path(walk, root, path, ret_untrusted);
    if (r >= 0) {
        r = open_as(root, walk->done, walk->stat.st_mode, flags, is_wanted);
        if (witness)
            witness->opened(walk->done, r);
    }
    if (r < 0)
        drop_untrusted(ret_untrusted);
    return r;
}

static bool is_file(mode_t mode)
{
    return S_ISREG(mode);
}

static bool is_directory(mode_t mode)
{
    return S_ISDIR(mode);
}

static bool is_device(mode_t mode)
{
    return S_ISREG(mode) || S_ISBLK(mode) || S_ISCHR(mode);
}

bool root_is_live(int root)
{
    struct stat st, own;

    return fstat(root, &st) >= 0 && stat("/", &own) >= 0 && st.st_dev == own.st_dev &&
           st.st_ino == own.st_ino;
}

unsigned root_denials(void)
{
    return walk_denials;
}

int root_open(int root, const char *path, char **ret_untrusted)
{
    struct walk walk;

    return open_walked(&walk, root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, is_file, ret_untrusted);
}

int root_open_device(int root, const char *path)
{
    struct walk walk;

    return open_walked(&walk, root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, is_device, NULL);
}

int root_open_directory(int root, const char *path)
{
    struct walk walk;

    return open_walked(&walk, root, path, O_RDONLY | O_DIRECTORY, is_directory, NULL);
}

/* Splits off the last component, which is not followed, and resolves the path before it. */
static int resolve_parent(int root, const char *path, char **ret_path)
{
    AUTOFREE char *copy = xstrdup(path), *parent = NULL;
    char *slash = strrchr(copy, '/');
    int r;

    if (slash)
        *slash++ = 0;
    if (streq(slash ? slash : copy, "..")) /* not in that directory, but above it */
        return -EINVAL;
    r = root_resolve(root, slash ? copy : "", &parent, NULL, NULL);
    if (r < 0)
        return r;
    *ret_path = format("%s%s%s", parent, *parent ? "/" : "", slash ? slash : copy);
    if (witness)
        tell(root, *ret_path, *ret_path);
    return 0;
}

/* A place for fstatat() and the like: a directory, and a path below it. */
struct place {
    int directory; /* its own, or -1: the root */
    char *resolved;
    const char *name;
};

static int find_place(int root, const char *path, struct place *ret)
{
    int r;

    *ret = (struct place){.directory = -1};
    r = witness ? -EAGAIN : walk_parent(root, path, &ret->name);
    if (r >= 0)
        ret->directory = r;
    if (r != -EAGAIN)
        return r;
    r = resolve_parent(root, path, &ret->resolved);
    ret->name = ret->resolved;
    return r;
}

static int place_directory(const struct place *place, int root)
{
    return place->directory >= 0 ? place->directory : root;
}

static void place_clear(struct place *place)
{
    closep(&place->directory);
    free(place->resolved);
}

int root_exists(int root, const char *path)
{
    CLEANUP(place_clear) struct place place;
    struct stat st;
    int r = find_place(root, path, &place);

    if (r >= 0 && fstatat(place_directory(&place, root), place.name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        r = walk_error();
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    return r < 0 ? r : 1;
}

int root_readlink(int root, const char *path, char **ret_target)
{
    CLEANUP(place_clear) struct place place;
    char target[PATH_MAX];
    ssize_t length;
    int r = find_place(root, path, &place);

    if (r < 0)
        return r;
    length = readlinkat(place_directory(&place, root), place.name, target, sizeof(target) - 1);
    if (length < 0)
        return walk_error();
    target[length] = 0;
    *ret_target = xstrdup(target);
    return 0;
}

int root_read(int root, const char *path, size_t max, char **ret_text, size_t *ret_length)
{
    AUTOCLOSE int fd = root_open(root, path, NULL);

    return fd < 0 ? fd : fd_read(fd, max, ret_text, ret_length);
}

int root_read_trusted(int root, const char *path, size_t max, char **ret_text, size_t *ret_length,
                      char **ret_untrusted)
{
    AUTOCLOSE int fd = root_open(root, path, ret_untrusted);

    if (fd < 0)
        return fd;
    return *ret_untrusted ? -EUCLEAN : fd_read(fd, max, ret_text, ret_length);
}

int root_read_start(int root, const char *path, size_t max, char **ret_text, size_t *ret_length)
{
    AUTOCLOSE int fd = root_open(root, path, NULL);
    int r = fd < 0 ? fd : fd_read_start(fd, max, ret_text, ret_length);

    if (r >= 0)
        fd_tell(fd, *ret_text, *ret_length);
    return r;
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

/* Reports only the name and the kind of file. */
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

    fd = open_walked(&walk, root, path, O_RDONLY | O_DIRECTORY, is_directory, NULL);
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
