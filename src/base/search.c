/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/search.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"

enum {
    MAX_FILES = 64,
};

/* VENDOR_LIB, which the build makes of its prefix, may be one of the others. */
static const char *const DIRECTORIES[] = {"etc", "run", "usr/local/lib", "usr/lib", VENDOR_LIB};

void settings_files_clear(struct settings_files *files)
{
    for (size_t i = 0; i < files->n; i++) {
        free(files->all[i].name);
        free(files->all[i].path);
    }
    free(files->all);
    *files = (struct settings_files){0};
}

static int is_settings_file(const char *name)
{
    size_t length = strlen(name);

    return name[0] != '.' && length > 5 && streq(name + length - 5, ".conf");
}

static int compare_files(const void *a, const void *b)
{
    const struct settings_file *left = a, *right = b;

    return strcmp(left->name, right->name);
}

static bool has(const struct settings_files *files, const char *name)
{
    for (size_t i = 0; i < files->n; i++)
        if (streq(files->all[i].name, name))
            return true;
    return false;
}

/* Whether there is no such directory. It may be a link to a place that this machine does not
 * have. */
static bool is_missing(int root, const char *directory)
{
    AUTOFREE char *real = NULL;

    return root_resolve(root, directory, &real, NULL, NULL) == -ENOENT;
}

static int too_many(const char *path, char **ret_error)
{
    *ret_error = format("/%s: more than %d files (here and in the directories that come first)",
                        path, MAX_FILES);
    return -E2BIG;
}

/* Adds the files in one directory. */
static int add_files(int root, const char *directory, const char *name,
                     struct settings_files *files, char **ret_error)
{
    AUTOFREE char *path = format("%s/%s", directory, name);
    CLEANUP(names_freep) char **names = NULL;
    int r;

    if (is_missing(root, directory) || settings_are_absent(root, path))
        return 0;
    r = root_names(root, path, is_settings_file, MAX_FILES, &names);
    if (r == -E2BIG)
        return too_many(path, ret_error);
    if (r < 0) {
        *ret_error = format("/%s: %s", path, strerror(-r));
        return r;
    }
    for (char **found = names; *found; found++) {
        if (has(files, *found))
            continue;
        if (files->n == MAX_FILES)
            return too_many(path, ret_error);
        *APPEND(files->all, files->n) = (struct settings_file){
            .name = xstrdup(*found),
            .path = format("%s/%s", path, *found),
            .vendor = streq(directory, "usr/lib") || streq(directory, VENDOR_LIB)};
    }
    return 0;
}

int settings_find(int root, const char *name, struct settings_files *ret, char **ret_error)
{
    int r = 0;

    *ret = (struct settings_files){0};
    *ret_error = NULL;
    for (size_t i = 0; r >= 0 && i < ELEMENTS(DIRECTORIES); i++)
        r = add_files(root, DIRECTORIES[i], name, ret, ret_error);
    if (ret->n > 0)
        qsort(ret->all, ret->n, sizeof(*ret->all), compare_files);
    return r;
}

int settings_read_first(int root, const char *name, settings_take take, void *data,
                        char **ret_error)
{
    *ret_error = NULL;
    for (size_t i = 0; i < ELEMENTS(DIRECTORIES); i++) {
        AUTOFREE char *path = format("%s/%s", DIRECTORIES[i], name);

        if (!is_missing(root, DIRECTORIES[i]) && !settings_are_absent(root, path))
            return settings_read(root, path, take, data, ret_error);
    }
    return 0;
}

int settings_read_all(int root, const char *name, settings_take take, void *data, char **ret_error)
{
    CLEANUP(settings_files_clear) struct settings_files files;
    int r = settings_find(root, name, &files, ret_error);

    for (size_t i = 0; r >= 0 && i < files.n; i++)
        r = settings_read(root, files.all[i].path, take, data, ret_error);
    return r;
}
