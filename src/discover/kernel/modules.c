/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/root.h"
#include "base/util.h"
#include "base/witness.h"
#include "discover/kernel/module-index.h"

enum {
    MAX_INDEX = 32 * 1024 * 1024,
};

/* The text of an index that modprobe uses; -EBADMSG when it is none, or too long for one. */
static int read_index(int root, const char *release, const char *kind, char **ret_index,
                      size_t *ret_size)
{
    AUTOFREE char *path = format("lib/modules/%s/modules.%s.bin", release, kind);
    int r = root_read(root, path, MAX_INDEX, ret_index, ret_size);

    return r == -EFBIG ? -EBADMSG : r;
}

/* What was found of the modules that modules.dep lists. */
struct listed {
    int root;
    int directory;
    const char *release;
    unsigned missing;
    char *first;
};

/* 1, 0 or a negative errno: whether the file is there. The way through the gate is long, and there
 * are thousands of modules, so it is gone where a link has to be followed or somebody listens. */
static int is_there(const struct listed *listed, const char *path)
{
    AUTOFREE char *full = NULL, *resolved = NULL;
    struct stat st;
    int r;

    if (!witness && fstatat(listed->directory, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        !S_ISLNK(st.st_mode))
        return 1;
    full = format("lib/modules/%s/%s", listed->release, path);
    r = root_resolve(listed->root, full, &resolved, NULL, NULL);
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    return r < 0 ? r : 1;
}

/* The value of a module is "path: dependencies". */
static int look_for(const char *key, const char *value, void *data)
{
    struct listed *listed = data;
    const char *end = strchr(value, ':');
    AUTOFREE char *path = end ? xstrndup(value, (size_t)(end - value)) : NULL;
    int r = path ? is_there(listed, path) : 1;

    (void)key;
    if (r == 0 && listed->missing++ == 0)
        listed->first = steal(&path);
    return r < 0 ? r : 0;
}

static int refuse(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return -ENOEXEC;
}

static int find_missing(const char *index, size_t size, struct listed *listed, char **ret_problem)
{
    int r = module_index_walk(index, size, NULL, look_for, listed);
    AUTOFREE char *first = listed->first;

    if (r == -EBADMSG)
        return refuse(ret_problem,
                      format("/lib/modules/%s/modules.dep.bin: damaged", listed->release));
    if (r < 0 || !listed->missing)
        return r;
    return refuse(ret_problem,
                  format("/lib/modules/%s: %u listed module%s missing, the first: %s",
                         listed->release, listed->missing, listed->missing > 1 ? "s" : "", first));
}

int modules_check(int root, const char *release, char **ret_problem)
{
    AUTOFREE char *path = format("lib/modules/%s", release), *index = NULL;
    AUTOCLOSE int directory = root_open_directory(root, path);
    struct listed listed = {.root = root, .directory = directory, .release = release};
    size_t size;
    int r;

    *ret_problem = NULL;
    if (directory == -ENOENT || directory == -ENOTDIR)
        return refuse(ret_problem, format("/lib/modules/%s does not exist", release));
    if (directory < 0)
        return directory;
    r = read_index(root, release, "dep", &index, &size);
    if (r == -EACCES)
        return r;
    if (r < 0)
        return refuse(ret_problem, format("/lib/modules/%s/modules.dep.bin: %s", release,
                                          r == -EBADMSG ? "damaged" : strerror(-r)));
    return find_missing(index, size, &listed, ret_problem);
}

static int found(const char *key, const char *value, void *data)
{
    (void)key, (void)value, (void)data;
    return 1;
}

/* 1 when an index has the name, a modalias or a module's; 0; or a negative errno. */
static int looks_up(int root, const char *release, const char *name)
{
    static const char *const KINDS[] = {"dep", "alias", "builtin", "builtin.alias"};
    AUTOFREE char *normal = xstrdup(name);
    int r = 0;

    module_name_normalise(normal);
    for (size_t i = 0; r == 0 && i < ELEMENTS(KINDS); i++) {
        AUTOFREE char *index = NULL;
        size_t size;

        r = read_index(root, release, KINDS[i], &index, &size);
        if (r == -ENOENT) /* this kernel does not come with it */
            r = 0;
        else if (r >= 0)
            r = module_index_walk(index, size, normal, found, NULL);
    }
    return r;
}

int modules_have(int root, const char *release, const char *modalias, const char *module)
{
    AUTOFREE char *path = format("lib/modules/%s", release);
    AUTOCLOSE int directory = root_open_directory(root, path);
    int r;

    if (directory == -ENOENT || directory == -ENOTDIR)
        return 1;
    if (directory < 0)
        return directory;
    r = looks_up(root, release, modalias);
    return r == 0 ? looks_up(root, release, module) : r;
}
