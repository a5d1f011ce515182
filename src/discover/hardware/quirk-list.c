/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/quirk-list.h"

#include <errno.h>

#include "base/root.h"
#include "base/search.h"
#include "base/util.h"
#include "discover/hardware/quirk-builtin.h"

/* Where it is, fastreboot is installed, and its list is too. */
#define UNIT VENDOR_LIB "/systemd/system/fastreboot.service"

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
    quirk->line = setting->section_line;
    quirk->section = xstrdup(setting->section);
    return quirk;
}

enum which {
    ALL,
    MATCHING,
    DOING,
};

static char *name_keys(enum which which)
{
    char *names = NULL;

    for (size_t i = 0; i < N_QUIRK_KEYS; i++)
        if (which == ALL ||
            (which == MATCHING ? QUIRK_KEYS[i].matches != NULL : QUIRK_KEYS[i].does != NULL))
            append_text(&names, ", ", QUIRK_KEYS[i].name);
    return names;
}

static int refuse_key(const char *name, char **ret_problem)
{
    AUTOFREE char *names = name_keys(ALL);

    return refuse(ret_problem, format("unknown key \"%s\": must be one of %s", name, names));
}

static const struct quirk_key *find_key(const char *name)
{
    for (size_t i = 0; i < N_QUIRK_KEYS; i++)
        if (quirk_key_is(&QUIRK_KEYS[i], name))
            return &QUIRK_KEYS[i];
    return NULL;
}

/* What is wrong with a line, which the caller frees; or NULL. `again`: the key has a value. */
static char *line_problem(const struct quirk_key *key, bool again, const struct setting *setting)
{
    AUTOFREE char *indented = again ? settings_indented_key(setting->value) : NULL;
    const char *value = setting->value, *problem;

    if (!*value)
        return format("%s has no value", setting->key);
    if (indented && find_key(indented))
        return format("\"%s\" would become part of %s, because the line starts with a blank", value,
                      setting->key);
    if (key->only && !streq(value, key->only))
        return format("%s = %s: must be %s", setting->key, value, key->only);
    problem = key->check ? key->check(value) : NULL;
    return problem ? format("%s: %s", setting->key, problem) : NULL;
}

static int take(void *data, const struct setting *setting, char **ret_problem)
{
    const struct quirk_key *key = find_key(setting->key);
    struct quirk *quirk;
    char **value, *problem;

    if (!*setting->section)
        return refuse(ret_problem, format("%s stands before the first [section]", setting->key));
    if (!key)
        return refuse_key(setting->key, ret_problem);
    quirk = quirk_of(data, setting);
    if (!quirk)
        return refuse(ret_problem, format("more than %d quirks", MAX_QUIRKS));
    value = &quirk->values[key - QUIRK_KEYS];
    problem = line_problem(key, *value != NULL, setting);
    if (problem)
        return refuse(ret_problem, problem);
    append_text(value, " ", setting->value);
    return 1;
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
    names = name_keys(matches ? DOING : MATCHING);
    *ret_error =
        format("%s:%d: [%s] has none of %s", quirk->file, quirk->line, quirk->section, names);
    return -EBADMSG;
}

/* A file of a package without quirks is damaged: it was emptied, or cut off. */
static int read_file(int root, const struct settings_file *file, struct quirks *quirks,
                     char **ret_error)
{
    AUTOFREE char *untrusted = NULL;
    size_t before = quirks->n;
    int r = settings_read(root, file->path, take, quirks, ret_error);

    if (r < 0 || !file->vendor || quirks->n > before ||
        settings_are_masked(root, file->path, &untrusted))
        return r;
    *ret_error = format("/%s has no quirks: install the package that it belongs to again, or put a "
                        "file of this name into /" QUIRKS_LOCAL_DIR,
                        file->path);
    return -EBADMSG;
}

/* Reads what is built in, where no file has that name. */
static int read_builtin(const struct quirk_file *builtin, struct quirks *quirks, char **ret_error)
{
    AUTOFREE char *file = format("/" QUIRKS_VENDOR_DIR "/%s", builtin->name);

    return settings_parse(file, builtin->text, take, quirks, ret_error);
}

/* Reads the files and what is built in, in the order of the names. */
static int read_files(int root, const struct settings_files *files, struct quirks *quirks,
                      char **ret_error)
{
    const struct quirk_file *builtin = QUIRK_FILES;
    int r = 0;

    for (size_t i = 0; r >= 0 && (i < files->n || builtin->name);) {
        int order = i == files->n    ? 1
                    : !builtin->name ? -1
                                     : strcmp(files->all[i].name, builtin->name);

        r = order > 0 ? read_builtin(builtin, quirks, ret_error)
                      : read_file(root, &files->all[i], quirks, ret_error);
        i += order <= 0;
        builtin += order >= 0;
    }
    return r;
}

int quirks_read(int root, struct quirks *ret_quirks, char **ret_error)
{
    CLEANUP(settings_files_clear) struct settings_files files;
    int r;

    *ret_quirks = (struct quirks){0};
    r = settings_find(root, QUIRKS_DIR_NAME, &files, ret_error);
    if (r >= 0 && root_exists(root, QUIRKS_VENDOR_DIR) == 0 && root_exists(root, UNIT) > 0) {
        *ret_error = format("/" QUIRKS_VENDOR_DIR ": %s", strerror(ENOENT));
        return -ENOENT;
    }
    if (r >= 0)
        r = read_files(root, &files, ret_quirks, ret_error);
    for (size_t i = 0; r >= 0 && i < ret_quirks->n; i++)
        r = check_complete(&ret_quirks->all[i], ret_error);
    return r;
}
