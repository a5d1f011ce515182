/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_INDEX = 32 * 1024 * 1024,
};

static void kmod_unrefp(struct kmod_ctx **kmod)
{
    if (*kmod)
        kmod_unref(*kmod);
}

static void stay_quiet(void *data, int priority, const char *file, int line, const char *function,
                       const char *pattern, va_list arguments)
{
    (void)data, (void)priority, (void)file, (void)line, (void)function;
    (void)pattern, (void)arguments;
}

/* libkmod for the modules in an open directory. */
static struct kmod_ctx *open_kmod(int directory)
{
    static const char *const NO_CONFIG[] = {NULL};
    struct kmod_ctx *kmod;
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", directory);
    kmod = kmod_new(path, NO_CONFIG);
    if (!kmod)
        out_of_memory();
    kmod_set_log_fn(kmod, stay_quiet, NULL);
    return kmod;
}

/* The text of an index that modprobe uses, as libkmod reads it. */
static int read_index(int directory, enum kmod_index index, char **ret_text)
{
    CLEANUP(kmod_unrefp) struct kmod_ctx *kmod = open_kmod(directory);
    AUTOCLOSE int fd = memfd_create("index", MFD_CLOEXEC);
    int r;

    if (fd < 0)
        return -errno;
    r = kmod_load_resources(kmod);
    if (r < 0)
        return r;
    r = kmod_dump_index(kmod, index, fd);
    return r < 0 ? r : fd_read(fd, MAX_INDEX, ret_text, NULL);
}

/* A line is "name path: dependencies"; gives the path, cut off in place, or NULL. */
static char *path_in(char *line)
{
    char *path = strchr(line, ' ');
    char *end = path ? strchr(path, ':') : NULL;

    if (!end)
        return NULL;
    *end = 0;
    return path + 1;
}

/* As modules_check(). */
static int find_missing(int directory, const char *release, char *index, char **ret_problem)
{
    AUTOFREE char *first = NULL;
    unsigned missing = 0;
    struct stat st;

    for (char *line = strtok_r(index, "\n", &index); line; line = strtok_r(NULL, "\n", &index)) {
        const char *path = path_in(line);

        if (!path || fstatat(directory, path, &st, 0) == 0)
            continue;
        if (errno != ENOENT && errno != ENOTDIR)
            return -errno;
        if (missing++ == 0)
            first = xstrdup(path);
    }
    if (!missing)
        return 0;
    *ret_problem = format("/lib/modules/%s: %u listed module%s missing, the first: %s", release,
                          missing, missing > 1 ? "s" : "", first);
    return -ENOEXEC;
}

static int refuse(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return -ENOEXEC;
}

int modules_check(int root, const char *release, char **ret_problem)
{
    AUTOFREE char *path = format("lib/modules/%s", release), *index = NULL;
    AUTOCLOSE int directory = root_open_directory(root, path);
    int r;

    *ret_problem = NULL;
    if (directory == -ENOENT || directory == -ENOTDIR)
        return refuse(ret_problem, format("/lib/modules/%s does not exist", release));
    if (directory < 0)
        return directory;
    r = read_index(directory, KMOD_INDEX_MODULES_DEP, &index);
    if (r == -EACCES)
        return r;
    if (r < 0)
        return refuse(ret_problem,
                      format("/lib/modules/%s/modules.dep.bin: %s", release, strerror(-r)));
    return find_missing(directory, release, index, ret_problem);
}

/* 1 when the indexes have a module for `name`, a modalias or a name; 0; or a negative errno. */
static int looks_up(struct kmod_ctx *kmod, const char *name)
{
    struct kmod_list *list = NULL;
    int r = kmod_module_new_from_lookup(kmod, name, &list), found = list != NULL;

    kmod_module_unref_list(list);
    /* Not a modalias to libkmod, or an index that this kernel does not come with. */
    if (r == -EINVAL || r == -ENOSYS || r == -ENOENT)
        return found;
    return r < 0 ? r : found;
}

/* libkmod 28 does not look up names of built-in modules. */
static int is_built_in(int directory, const char *module)
{
    AUTOFREE char *index = NULL;
    char *rest = NULL;
    int r = read_index(directory, KMOD_INDEX_MODULES_BUILTIN, &index);

    if (r < 0)
        return r == -EACCES ? r : 0; /* modules_check() reports a broken one */
    for (char *line = strtok_r(index, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const char *behind = after_prefix(line, module);

        if (behind && (*behind == ' ' || !*behind))
            return 1;
    }
    return 0;
}

int modules_have(int root, const char *release, const char *modalias, const char *module)
{
    AUTOFREE char *path = format("lib/modules/%s", release);
    CLEANUP(kmod_unrefp) struct kmod_ctx *kmod = NULL;
    AUTOCLOSE int directory = root_open_directory(root, path);
    int r;

    if (directory == -ENOENT || directory == -ENOTDIR)
        return 1;
    if (directory < 0)
        return directory;
    kmod = open_kmod(directory);
    r = looks_up(kmod, modalias);
    if (r == 0)
        r = looks_up(kmod, module);
    return r == 0 ? is_built_in(directory, module) : r;
}
