/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/quirk-list.h"

#include <errno.h>
#include <fnmatch.h>

#include "base/settings.h"
#include "base/util.h"
#include "discover/hardware/quirks.h"

/* Where a value goes. More lines of one key add up. */
static const struct key {
    const char *name;
    size_t offset; /* in struct quirk */
} KEYS[] = {
    {"MatchDMIModalias", offsetof(struct quirk, match_dmi)},
    {"MatchModalias", offsetof(struct quirk, match_modalias)},
    {"MatchDriver", offsetof(struct quirk, match_driver)},
    {"CmdlineAppend", offsetof(struct quirk, cmdline)},
    {"UnloadModules", offsetof(struct quirk, unload_modules)},
    {"UnbindDriver", offsetof(struct quirk, unbind_drivers)},
    {"Reason", offsetof(struct quirk, reason)},
    {"Source", offsetof(struct quirk, source)},
};

static char **text_of(struct quirk *quirk, const struct key *key)
{
    return (char **)((char *)quirk + key->offset);
}

void quirks_freep(struct quirks **quirks)
{
    for (size_t i = 0; *quirks && i < (*quirks)->n; i++) {
        struct quirk *quirk = &(*quirks)->all[i];

        free(quirk->file);
        free(quirk->section);
        for (size_t k = 0; k < ELEMENTS(KEYS); k++)
            free(*text_of(quirk, &KEYS[k]));
    }
    free(*quirks);
}

static int refuse(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return problem ? 0 : -ENOMEM;
}

static int add_text(char **text, const char *value)
{
    char *longer = *text ? format("%s %s", *text, value) : strdup(value);

    if (!longer)
        return -ENOMEM;
    free(*text);
    *text = longer;
    return 1;
}

/* The quirk of the section that a line is in: the last one, or a new one. */
static int quirk_of(struct quirks *quirks, const struct setting *setting, struct quirk **ret_quirk,
                    char **ret_problem)
{
    struct quirk *last = quirks->n ? &quirks->all[quirks->n - 1] : NULL;

    if (last && streq(last->section, setting->section) && streq(last->file, setting->file)) {
        *ret_quirk = last;
        return 1;
    }
    if (!*setting->section)
        return refuse(ret_problem, format("%s stands before the first [section]", setting->key));
    if (quirks->n == MAX_QUIRKS)
        return refuse(ret_problem, format("more than %d quirks", MAX_QUIRKS));
    *ret_quirk = &quirks->all[quirks->n++];
    (*ret_quirk)->file = strdup(setting->file);
    (*ret_quirk)->section = strdup(setting->section);
    return (*ret_quirk)->file && (*ret_quirk)->section ? 1 : -ENOMEM;
}

static int take(void *data, const struct setting *setting, char **ret_problem)
{
    struct quirk *quirk;
    int r = quirk_of(data, setting, &quirk, ret_problem);

    if (r <= 0)
        return r;
    for (size_t i = 0; i < ELEMENTS(KEYS); i++)
        if (streq(setting->key, KEYS[i].name))
            return *setting->value ? add_text(text_of(quirk, &KEYS[i]), setting->value)
                                   : refuse(ret_problem, format("%s has no value", setting->key));
    if (!streq(setting->key, "Action"))
        return refuse(ret_problem, format("unknown key \"%s\"", setting->key));
    if (!streq(setting->value, "firmware"))
        return refuse(ret_problem, format("Action = %s: must be firmware", setting->value));
    quirk->firmware = true;
    return 1;
}

int globs_match(const char *globs, const char *text)
{
    AUTOFREE char *list = strdup(globs);
    char *rest;

    if (!list)
        return -ENOMEM;
    for (char *glob = strtok_r(list, " \t", &rest); glob; glob = strtok_r(NULL, " \t", &rest))
        if (fnmatch(glob, text, 0) == 0)
            return 1;
    return 0;
}

/* What has nothing to match would match every machine, and what does nothing is a mistake too. */
static int check_complete(const struct quirks *quirks, char **ret_error)
{
    for (size_t i = 0; i < quirks->n; i++) {
        const struct quirk *quirk = &quirks->all[i];
        bool matched = quirk->match_dmi || quirk->match_modalias || quirk->match_driver;

        if (matched &&
            (quirk->firmware || quirk->cmdline || quirk->unload_modules || quirk->unbind_drivers))
            continue;
        *ret_error =
            format("%s: [%s] has no %s", quirk->file, quirk->section,
                   matched ? "Action, CmdlineAppend, UnloadModules or UnbindDriver" : "Match...");
        return *ret_error ? -EBADMSG : -ENOMEM;
    }
    return 0;
}

int quirks_read(int root, struct quirks **ret_quirks, char **ret_error)
{
    struct quirks *quirks = calloc(1, sizeof(*quirks));
    int r;

    *ret_quirks = quirks;
    *ret_error = NULL;
    if (!quirks)
        return -ENOMEM;
    r = settings_read_directory(root, QUIRKS_VENDOR_DIR, take, quirks, ret_error);
    if (r >= 0)
        r = settings_read_directory(root, QUIRKS_LOCAL_DIR, take, quirks, ret_error);
    return r < 0 ? r : check_complete(quirks, ret_error);
}
