/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/unlock/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "facts/unlock.h"

enum {
    MAX_KEYS = 1024,
};

static char *path_of(const char *uuid)
{
    return format("%s/%s.key", STATE_KEYS, uuid);
}

static int open_directory(int root)
{
    int fd = root_open_directory(root, STATE_KEYS);

    if (fd != -ENOENT)
        return fd;
    if ((mkdirat(root, STATE_DIR, 0755) < 0 && errno != EEXIST) ||
        mkdirat(root, STATE_KEYS, 0700) < 0)
        return -errno;
    return root_open_directory(root, STATE_KEYS);
}

static int fill(struct secret *key)
{
    ssize_t n;

    secret_allocate(key, UNLOCK_KEY_SIZE);
    n = getrandom(key->data, UNLOCK_KEY_SIZE, 0);
    if (n != UNLOCK_KEY_SIZE)
        return n < 0 ? -errno : -EIO;
    key->size = UNLOCK_KEY_SIZE;
    return 0;
}

static int write_key(int directory, const char *name, const struct secret *key)
{
    AUTOCLOSE int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    int r;

    if (fd < 0)
        return -errno;
    r = fd_write(fd, key->data, key->size);
    if (r >= 0 && (fsync(fd) < 0 || fsync(directory) < 0))
        r = -errno;
    if (r < 0)
        (void)unlinkat(directory, name, 0);
    return r;
}

int keys_make(int root, const char *uuid, struct secret *ret_key)
{
    AUTOFREE char *name = format("%s.key", uuid);
    AUTOCLOSE int directory = open_directory(root);
    int r = directory < 0 ? directory : fill(ret_key);

    return r < 0 ? r : write_key(directory, name, ret_key);
}

int keys_read(int root, const char *uuid, struct secret *ret_key)
{
    AUTOFREE char *path = path_of(uuid);
    AUTOCLOSE int fd = root_open(root, path, NULL);
    struct stat st;
    int r;

    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return -errno;
    if ((st.st_mode & 077) || st.st_uid != geteuid())
        return -EACCES;
    if (st.st_size != UNLOCK_KEY_SIZE)
        return -EBADMSG;
    secret_allocate(ret_key, UNLOCK_KEY_SIZE);
    r = fd_read_untold(fd, ret_key->data, UNLOCK_KEY_SIZE, 0);
    if (r >= 0)
        ret_key->size = UNLOCK_KEY_SIZE;
    return r;
}

/* Overwrites and removes the file; 0 also without one. */
static int erase(int directory, const char *name)
{
    static const char NOTHING[UNLOCK_KEY_SIZE];
    AUTOCLOSE int fd = -1;
    int r = 0;

    if (fchmodat(directory, name, 0600, 0) >= 0)
        fd = openat(directory, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0)
        r = fd_write(fd, NOTHING, sizeof(NOTHING));
    if (fd >= 0 && r >= 0 && fsync(fd) < 0)
        r = -errno;
    if (unlinkat(directory, name, 0) < 0 && errno != ENOENT)
        r = -errno;
    return r;
}

int keys_remove(int root, const char *uuid)
{
    AUTOFREE char *name = format("%s.key", uuid);
    AUTOCLOSE int directory = root_open_directory(root, STATE_KEYS);
    int r;

    if (directory < 0)
        return directory == -ENOENT ? 0 : directory;
    r = erase(directory, name);
    if (r >= 0 && fsync(directory) < 0)
        r = -errno;
    (void)unlinkat(root, STATE_KEYS, AT_REMOVEDIR); /* only if it is empty */
    return r;
}

/* Whether the file has this key. */
static bool has_key(int directory, const char *name, const struct secret *key)
{
    AUTOCLOSE int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    CLEANUP(secret_clear) struct secret found = {0};

    secret_allocate(&found, UNLOCK_KEY_SIZE);
    return fd >= 0 && fd_read_untold(fd, found.data, UNLOCK_KEY_SIZE, 0) >= 0 &&
           memcmp(found.data, key->data, UNLOCK_KEY_SIZE) == 0;
}

int keys_withdraw(int root, const struct secret *key)
{
    AUTOCLOSE int directory = root_open_directory(root, RUN_KEYS);
    CLEANUP(names_freep) char **names = NULL;
    int n = directory < 0 ? 0 : root_names(root, RUN_KEYS, NULL, MAX_KEYS, &names), r = 0;

    for (int i = 0; i < n; i++)
        if (has_key(directory, names[i], key) && erase(directory, names[i]) < 0)
            r = -EIO;
    return n < 0 ? n : r;
}

int keys_list(int root, char ***ret_uuids)
{
    int n = root_names(root, STATE_KEYS, NULL, MAX_KEYS, ret_uuids), kept = 0;

    if (n < 0)
        return n == -ENOENT ? 0 : n;
    for (int i = 0; i < n; i++) {
        char *name = (*ret_uuids)[i], *dot = strrchr(name, '.');

        if (dot && streq(dot, ".key")) {
            *dot = 0;
            (*ret_uuids)[kept++] = name;
        } else {
            free(name);
        }
    }
    (*ret_uuids)[kept] = NULL;
    return kept;
}
