/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/state.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "facts/history.h"

/* Opens the directory that holds `path` and gives the name in it. */
static int open_parent(int root, const char *path, bool create, const char **ret_name)
{
    const char *slash = strrchr(path, '/');
    AUTOFREE char *parent = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
    int fd;

    if (!parent)
        return -ENOMEM;
    *ret_name = slash ? slash + 1 : path;
    fd = root_open_directory(root, parent);
    if (fd != -ENOENT || !create)
        return fd;
    if (mkdirat(root, parent, 0755) < 0)
        return -errno;
    return root_open_directory(root, parent);
}

static int write_all(int fd, const char *text)
{
    size_t length = strlen(text);

    while (length > 0) {
        ssize_t n = write(fd, text, length);

        if (n < 0)
            return -errno;
        text += n;
        length -= (size_t)n;
    }
    return fsync(fd) < 0 ? -errno : 0;
}

int state_write(int root, const char *path, const char *text)
{
    const char *name;
    AUTOCLOSE int parent = open_parent(root, path, true, &name), fd = -1;
    AUTOFREE char *temporary = NULL;
    int r;

    if (parent < 0)
        return parent;
    temporary = format(".%s.new", name);
    if (!temporary)
        return -ENOMEM;
    fd = openat(parent, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return -errno;
    r = write_all(fd, text);
    if (r >= 0 && renameat(parent, temporary, parent, name) < 0)
        r = -errno;
    if (r < 0) {
        (void)unlinkat(parent, temporary, 0);
        return r;
    }
    /* Only now is the new name on the disk as well. */
    return fsync(parent) < 0 ? -errno : 0;
}

int state_remove(int root, const char *path)
{
    const char *name;
    AUTOCLOSE int parent = open_parent(root, path, false, &name);

    if (parent < 0)
        return parent == -ENOENT ? 0 : parent;
    if (unlinkat(parent, name, 0) < 0)
        return errno == ENOENT ? 0 : -errno;
    /* What comes back after a power cut would be judged once more. */
    return fsync(parent) < 0 ? -errno : 0;
}

int state_write_json(int root, const char *path, const struct json_object *object)
{
    AUTOFREE char *text = format("%s\n", json_object_to_json_string_ext(
                                             (struct json_object *)object, JSON_C_TO_STRING_PLAIN));

    return text ? state_write(root, path, text) : -ENOMEM;
}

int state_write_failures(int root, const struct failures *failures)
{
    AUTOJSON struct json_object *object = failures_to_json(failures);

    return state_write_json(root, STATE_FAILED, object);
}

int state_write_attempt(int root, const struct attempt *attempt)
{
    AUTOJSON struct json_object *object = attempt_to_json(attempt);

    return state_write_json(root, STATE_ATTEMPT, object);
}

static int ignore(const struct boot_record *record, void *data)
{
    (void)record, (void)data;
    return 0;
}

int state_add_history(int root, const struct boot_record *record)
{
    AUTOFREE char *old = NULL, *text = NULL;
    size_t length;
    int r = root_read(root, STATE_HISTORY, HISTORY_BYTES, &old, &length), damaged = 0;

    if (r < 0 && r != -ENOENT && r != -EFBIG)
        return r;
    if (r >= 0 && strlen(old) == length)
        r = history_parse(old, ignore, NULL);
    else if (r >= 0)
        r = -EBADMSG;
    if (r == -EBADMSG || r == -EFBIG) {
        if (renameat(root, STATE_HISTORY, root, STATE_HISTORY ".damaged") < 0)
            return -errno;
        free(steal(&old));
        damaged = 1;
    }
    text = history_with(old, record);
    if (!text)
        return -ENOMEM;
    r = state_write(root, STATE_HISTORY, text);
    return r < 0 ? r : damaged;
}
