/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/state.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"

/* Opens the directory that holds `path`; *ret_name is the name in it. */
static int open_parent(int root, const char *path, bool create, const char **ret_name)
{
    const char *slash = strrchr(path, '/');
    AUTOFREE char *parent = slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup(".");
    int fd;

    *ret_name = slash ? slash + 1 : path;
    fd = root_open_directory(root, parent);
    if (fd != -ENOENT || !create)
        return fd;
    if (mkdirat(root, parent, 0755) < 0)
        return -errno;
    return root_open_directory(root, parent);
}

static int write_in(int parent, const char *name, const char *text, mode_t mode, bool sync)
{
    AUTOFREE char *temporary = format(".%s.new", name);
    AUTOCLOSE int fd = -1;
    int r;

    /* Never writes to an existing file of that name: it may be a FIFO, which blocks. */
    if (unlinkat(parent, temporary, 0) < 0 && errno != ENOENT)
        return -errno;
    fd = openat(parent, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return -errno;
    r = fd_write(fd, text, strlen(text));
    if (r >= 0 && sync && fsync(fd) < 0)
        r = -errno;
    if (r >= 0 && renameat(parent, temporary, parent, name) < 0)
        r = -errno;
    if (r < 0) {
        (void)unlinkat(parent, temporary, 0);
        return r;
    }
    /* Only this puts the new name on disk. */
    return sync && fsync(parent) < 0 ? -errno : 0;
}

int state_write_in(int parent, const char *name, const char *text)
{
    return write_in(parent, name, text, 0644, true);
}

int state_write_named(const char *path, const char *text)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    AUTOFREE char *directory = slash ? xstrndup(path, (size_t)(name - path)) : xstrdup(".");
    AUTOCLOSE int parent = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return parent < 0 ? -errno : *name ? state_write_in(parent, name, text) : -EISDIR;
}

int state_leave(int root, const char *path, const char *text)
{
    const char *name;
    AUTOCLOSE int parent = open_parent(root, path, false, &name);

    return parent < 0 ? parent : write_in(parent, name, text, 0644, false);
}

int state_write(int root, const char *path, const char *text)
{
    const char *name;
    AUTOCLOSE int parent = open_parent(root, path, true, &name);

    return parent < 0 ? parent : state_write_in(parent, name, text);
}

int state_remove(int root, const char *path)
{
    const char *name;
    AUTOCLOSE int parent = open_parent(root, path, false, &name);

    if (parent < 0)
        return parent == -ENOENT ? 0 : parent;
    if (unlinkat(parent, name, 0) < 0)
        return errno == ENOENT ? 0 : -errno;
    /* A file that came back after a power cut would be judged again. */
    return fsync(parent) < 0 ? -errno : 0;
}

int state_write_json(int root, const char *path, const struct json_object *object)
{
    AUTOFREE char *text = format("%s\n", json_object_to_json_string_ext(
                                             (struct json_object *)object, JSON_C_TO_STRING_PLAIN));

    return state_write(root, path, text);
}

int state_write_private(int root, const char *path, const struct json_object *object)
{
    AUTOFREE char *text = format("%s\n", json_object_to_json_string_ext(
                                             (struct json_object *)object, JSON_C_TO_STRING_PLAIN));
    const char *name;
    AUTOCLOSE int parent = open_parent(root, path, true, &name);

    return parent < 0 ? parent : write_in(parent, name, text, 0600, true);
}

int state_set_aside(int root, const char *path, const char *suffix)
{
    AUTOFREE char *aside = format("%s.%s", path, suffix);

    return renameat(root, path, root, aside) < 0 ? -errno : 0;
}
