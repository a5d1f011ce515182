/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/quirk-list.h"

#include <errno.h>
#include <fnmatch.h>

#include "base/root.h"
#include "base/settings.h"
#include "base/util.h"
#include "discover/hardware/quirk-builtin.h"

enum {
    MAX_FILES = 64,
};

/* Where it is, fastreboot is installed, and its list is too. */
#define UNIT "usr/lib/systemd/system/fastreboot.service"

void quirks_clear(struct quirks *quirks)
{
    for (size_t i = 0; i < quirks->n; i++) {
        free(quirks->all[i].file);
        free(quirks->all[i].section);
        for (size_t key = 0; key < N_QUIRK_KEYS; key++)
            free(quirks->all[i].values[key]);
    }
    free(quirks->all);
    *quirks = (struct quirks){0};
}

static int refuse(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return 0;
}

/* The quirk of the section that a line is in: the last one, or a new one. */
static struct quirk *quirk_of(struct quirks *quirks, const struct setting *setting)
{
    struct quirk *quirk = quirks->n ? &quirks->all[quirks->n - 1] : NULL;

    if (quirk && streq(quirk->section, setting->section) && streq(quirk->file, setting->file))
        return quirk;
    if (quirks->n == MAX_QUIRKS)
        return NULL;
    quirk = APPEND(quirks->all, quirks->n);
    quirk->file = xstrdup(setting->file);
    quirk->section = xstrdup(setting->section);
    return quirk;
}

static int take(void *data, const struct setting *setting, char **ret_problem)
{
    const char *problem;
    struct quirk *quirk;
    size_t key = 0;

    if (!*setting->section)
        return refuse(ret_problem, format("%s stands before the first [section]", setting->key));
    while (key < N_QUIRK_KEYS && !streq(setting->key, QUIRK_KEYS[key].name))
        key++;
    if (key == N_QUIRK_KEYS)
        return refuse(ret_problem, format("unknown key \"%s\"", setting->key));
    if (!*setting->value)
        return refuse(ret_problem, format("%s has no value", setting->key));
    problem = QUIRK_KEYS[key].check ? QUIRK_KEYS[key].check(setting->value) : NULL;
    if (problem)
        return refuse(ret_problem, format("%s: %s", setting->key, problem));
    if (QUIRK_KEYS[key].only && !streq(setting->value, QUIRK_KEYS[key].only))
        return refuse(ret_problem, format("%s = %s: must be %s", setting->key, setting->value,
                                          QUIRK_KEYS[key].only));
    quirk = quirk_of(data, setting);
    if (!quirk)
        return refuse(ret_problem, format("more than %d quirks", MAX_QUIRKS));
    append_text(&quirk->values[key], " ", setting->value);
    return 1;
}

/* The names of all keys that match, or of all that do something. */
static char *name_keys(bool matches)
{
    char *names = NULL;

    for (size_t i = 0; i < N_QUIRK_KEYS; i++)
        if (matches ? QUIRK_KEYS[i].matches != NULL : QUIRK_KEYS[i].does != NULL)
            append_text(&names, ", ", QUIRK_KEYS[i].name);
    return names;
}

/* What has nothing to match would match every machine, and what does nothing is a mistake too. */
static int check_complete(const struct quirk *quirk, char **ret_error)
{
    AUTOFREE char *names = NULL;
    bool matches = false, does = false;

    for (size_t i = 0; i < N_QUIRK_KEYS; i++) {
        matches = matches || (quirk->values[i] && QUIRK_KEYS[i].matches);
        does = does || (quirk->values[i] && QUIRK_KEYS[i].does);
    }
    if (matches && does)
        return 0;
    names = name_keys(!matches);
    *ret_error = format("%s: [%s] has none of %s", quirk->file, quirk->section, names);
    return -EBADMSG;
}

static bool is_builtin(const char *name)
{
    for (const struct quirk_file *file = QUIRK_FILES; file->name; file++)
        if (streq(file->name, name))
            return true;
    return false;
}

/* A file of the vendor's, if the administrator has none of the same name. One without quirks is
 * damaged: it was emptied, or cut off. */
static int read_vendor_file(int root, const char *name, const char *builtin, struct quirks *quirks,
                            char **ret_error)
{
    AUTOFREE char *local = format(QUIRKS_LOCAL_DIR "/%s", name);
    AUTOFREE char *path = format(QUIRKS_VENDOR_DIR "/%s", name), *file = format("/%s", path);
    size_t before = quirks->n;
    int r = root_exists(root, local);

    if (r != 0)
        return 0;
    if (builtin && root_exists(root, path) == 0)
        return settings_parse(file, builtin, take, quirks, ret_error);
    r = settings_read(root, path, take, quirks, ret_error);
    if (r < 0 || quirks->n > before)
        return r;
    *ret_error = format("%s has no quirks: install fastreboot again, or put a file of this name "
                        "into /" QUIRKS_LOCAL_DIR,
                        file);
    return -EBADMSG;
}

static int is_other_file(const char *name)
{
    return name[0] != '.' && fnmatch("*.conf", name, 0) == 0 && !is_builtin(name);
}

static int read_vendor_files(int root, struct quirks *quirks, char **ret_error)
{
    CLEANUP(names_freep) char **others = NULL;
    int r = root_names(root, QUIRKS_VENDOR_DIR, is_other_file, MAX_FILES, &others);

    if (r < 0 && (r != -ENOENT || root_exists(root, UNIT) > 0)) {
        *ret_error = format("/" QUIRKS_VENDOR_DIR ": %s", strerror(-r));
        return r;
    }
    r = 0;
    for (const struct quirk_file *file = QUIRK_FILES; r >= 0 && file->name; file++)
        r = read_vendor_file(root, file->name, file->text, quirks, ret_error);
    for (char **name = others; r >= 0 && name && *name; name++)
        r = read_vendor_file(root, *name, NULL, quirks, ret_error);
    return r;
}

int quirks_read(int root, struct quirks *ret_quirks, char **ret_error)
{
    int r;

    *ret_quirks = (struct quirks){0};
    *ret_error = NULL;
    r = read_vendor_files(root, ret_quirks, ret_error);
    if (r >= 0)
        r = settings_read_directory(root, QUIRKS_LOCAL_DIR, take, ret_quirks, ret_error);
    for (size_t i = 0; r >= 0 && i < ret_quirks->n; i++)
        r = check_complete(&ret_quirks->all[i], ret_error);
    return r;
}
