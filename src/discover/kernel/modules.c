/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cmdline.h"
#include "base/root.h"
#include "base/util.h"
#include "base/witness.h"
#include "discover/kernel/module-index.h"

enum {
    MAX_INDEX = 32 * 1024 * 1024,
    MAX_CONFIG = 1024 * 1024,
};

/* The directory of NixOS' system that is started with init=/nix/store/NAME/init, for free(); or
 * NULL. */
static char *nixos_system(const char *cmdline)
{
    AUTOFREE char *init = cmdline_value(cmdline, "init=");
    char *end = init && after_prefix(init, "/nix/store/") ? strrchr(init, '/') : NULL;

    if (!end || !streq(end, "/init") || strchr(init + strlen("/nix/store/"), '/') != end)
        return NULL;
    *end = 0;
    return steal(&init);
}

/* The path of OSTree's deployment that is started with ostree=/ostree/PATH, for free(); or NULL. */
static char *ostree_deployment(const char *cmdline)
{
    AUTOFREE char *path = cmdline_value(cmdline, "ostree=");

    return path && after_prefix(path, "/ostree/") && !strstr(path, "/../")
               ? format("/sysroot%s", path)
               : NULL;
}

char *modules_directory(int root, const char *release, const char *cmdline)
{
    AUTOFREE char *system = cmdline ? nixos_system(cmdline) : NULL;
    AUTOFREE char *modules = system ? format("%s/kernel-modules", system) : NULL;
    AUTOFREE char *deployment = cmdline ? ostree_deployment(cmdline) : NULL;

    if (modules && root_exists(root, modules) == 1)
        return format("%s/lib/modules/%s", modules, release);
    if (deployment && root_exists(root, deployment) == 1)
        return format("%s/usr/lib/modules/%s", deployment, release);
    return format("/lib/modules/%s", release);
}

/* Reads an index that modprobe uses; -EBADMSG if it is too long to be one. */
static int read_index(int root, const char *directory, const char *kind, char **ret_index,
                      size_t *ret_size)
{
    AUTOFREE char *path = format("%s/modules.%s.bin", directory, kind);
    int r = root_read(root, path, MAX_INDEX, ret_index, ret_size);

    return r == -EFBIG ? -EBADMSG : r;
}

/* What is known so far about the modules that modules.dep lists. */
struct listed {
    int root;
    int directory;
    const char *path; /* of the directory */
    unsigned missing;
    char *first;
};

/* Returns 1 if the file exists, 0 if not, or a negative errno. root_resolve() is slow and there are
 * thousands of modules, so it is only used if a link must be followed or a witness is set. */
static int is_there(const struct listed *listed, const char *path)
{
    AUTOFREE char *full = NULL, *resolved = NULL;
    struct stat st;
    int r;

    if (!witness && fstatat(listed->directory, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        !S_ISLNK(st.st_mode))
        return 1;
    full = format("%s/%s", listed->path, path);
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
        return refuse(ret_problem, format("%s/modules.dep.bin: damaged", listed->path));
    if (r < 0 || !listed->missing)
        return r;
    return refuse(ret_problem, format("%s: %u listed module%s missing, the first: %s", listed->path,
                                      listed->missing, listed->missing > 1 ? "s" : "", first));
}

/* Whether the kernel was built without support for modules, as its configuration in /boot says. */
static bool has_no_modules(int root, const char *release)
{
    AUTOFREE char *path = format("boot/config-%s", release), *text = NULL;

    return root_read(root, path, MAX_CONFIG, &text, NULL) >= 0 &&
           strstr(text, "\n# CONFIG_MODULES is not set\n");
}

int modules_check(int root, const char *path, char **ret_problem)
{
    AUTOFREE char *index = NULL;
    AUTOCLOSE int directory = root_open_directory(root, path);
    struct listed listed = {.root = root, .directory = directory, .path = path};
    size_t size;
    int r;

    *ret_problem = NULL;
    if (directory == -ENOENT || directory == -ENOTDIR)
        return has_no_modules(root, basename(path))
                   ? 0
                   : refuse(ret_problem, format("%s does not exist", path));
    if (directory < 0)
        return directory;
    r = read_index(root, path, "dep", &index, &size);
    if (r == -EACCES)
        return r;
    if (r < 0)
        return refuse(ret_problem, format("%s/modules.dep.bin: %s", path,
                                          r == -EBADMSG ? "damaged" : strerror(-r)));
    return find_missing(index, size, &listed, ret_problem);
}

static int found(const char *key, const char *value, void *data)
{
    (void)key, (void)value, (void)data;
    return 1;
}

/* Returns 1 if an index contains the name, which is a modalias or a module's; 0; or a negative
 * errno. */
static int looks_up(int root, const char *directory, const char *name)
{
    static const char *const KINDS[] = {"dep", "alias", "builtin", "builtin.alias"};
    AUTOFREE char *normal = xstrdup(name);
    int r = 0;

    module_name_normalise(normal);
    for (size_t i = 0; r == 0 && i < ELEMENTS(KINDS); i++) {
        AUTOFREE char *index = NULL;
        size_t size;

        r = read_index(root, directory, KINDS[i], &index, &size);
        if (r == -ENOENT) /* this kernel does not have that index */
            r = 0;
        else if (r >= 0)
            r = module_index_walk(index, size, normal, found, NULL);
    }
    return r;
}

int modules_have(int root, const char *path, const char *modalias, const char *module)
{
    AUTOCLOSE int directory = root_open_directory(root, path);
    int r;

    if (directory == -ENOENT || directory == -ENOTDIR)
        return 1;
    if (directory < 0)
        return directory;
    r = looks_up(root, path, modalias);
    return r == 0 ? looks_up(root, path, module) : r;
}
