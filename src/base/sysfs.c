/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/sysfs.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"

static int presence(int r)
{
    if (r == -ENOENT || r == -ENOTDIR || r == -ENODEV || r == -ENXIO)
        return 0;
    return r < 0 ? r : 1;
}

int sysfs_line(int root, const char *directory, const char *name, char **ret_line)
{
    AUTOFREE char *path = format("%s/%s", directory, name);

    *ret_line = NULL;
    return presence(root_read_line(root, path, SYSFS_LINE, ret_line));
}

int sysfs_number(int root, const char *directory, const char *name, long *ret_number)
{
    AUTOFREE char *path = format("%s/%s", directory, name);
    int r = root_read_number(root, path, ret_number);

    return r == -EBADMSG ? 0 : presence(r);
}

int sysfs_link(int root, const char *directory, const char *name, char **ret_target)
{
    AUTOFREE char *path = format("%s/%s", directory, name);
    int r;

    *ret_target = NULL;
    r = root_readlink(root, path, ret_target);
    return r == -EINVAL ? 0 : presence(r); /* not a link */
}

int sysfs_link_name(int root, const char *directory, const char *name, char **ret_name)
{
    AUTOFREE char *target = NULL;
    int r = sysfs_link(root, directory, name, &target);

    *ret_name = target ? xstrdup(basename(target)) : NULL;
    return r;
}

int sysfs_resolve(int root, const char *directory, const char *name, char **ret_path)
{
    AUTOFREE char *path = format("%s/%s", directory, name);

    *ret_path = NULL;
    return presence(root_resolve(root, path, ret_path, NULL, NULL));
}

int sysfs_has(int root, const char *directory, const char *name)
{
    AUTOFREE char *path = format("%s/%s", directory, name);

    return root_exists(root, path);
}

int sysfs_walk(int root, const char *directory, sysfs_look look, void *data)
{
    CLEANUP(names_freep) char **names = NULL;
    int n = root_names(root, directory, NULL, SYSFS_NAMES, &names), r = 0;

    if (n < 0)
        return n == -ENOENT || n == -ENOTDIR ? 0 : n;
    for (int i = 0; r == 0 && i < n; i++) {
        AUTOFREE char *path = format("%s/%s", directory, names[i]);

        r = look(root, path, data);
    }
    return r;
}
