/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/quirks.h"

#include <errno.h>
#include <fnmatch.h>

#include "base/root.h"
#include "base/settings.h"
#include "base/util.h"

enum {
    MAX_QUIRKS = 256,
    MAX_NAMES = 8192, /* devices of one bus */
    MAX_MODALIAS = 8192,
};

/* A section of a file. Its globs are separated by blanks; it matches when for every kind of globs
 * that it has one of them matches something of the machine. */
struct quirk {
    char *file;
    char *section;
    char *match_dmi;
    char *match_modalias;
    char *match_driver;
    char *reason;
    char *source;
    bool firmware; /* Action=firmware, the only action there is */
};

struct quirks {
    struct quirk all[MAX_QUIRKS];
    size_t n;
};

static void quirks_clear(struct quirks **quirks)
{
    for (size_t i = 0; *quirks && i < (*quirks)->n; i++) {
        struct quirk *quirk = &(*quirks)->all[i];

        free(quirk->file);
        free(quirk->section);
        free(quirk->match_dmi);
        free(quirk->match_modalias);
        free(quirk->match_driver);
        free(quirk->reason);
        free(quirk->source);
    }
    free(*quirks);
}

static int refuse(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return problem ? 0 : -ENOMEM;
}

/* More lines of one key add up. */
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
    if (streq(setting->key, "MatchDMIModalias"))
        return add_text(&quirk->match_dmi, setting->value);
    if (streq(setting->key, "MatchModalias"))
        return add_text(&quirk->match_modalias, setting->value);
    if (streq(setting->key, "MatchDriver"))
        return add_text(&quirk->match_driver, setting->value);
    if (streq(setting->key, "Reason"))
        return add_text(&quirk->reason, setting->value);
    if (streq(setting->key, "Source"))
        return add_text(&quirk->source, setting->value);
    if (!streq(setting->key, "Action"))
        return refuse(ret_problem, format("unknown key \"%s\"", setting->key));
    if (!streq(setting->value, "firmware"))
        return refuse(ret_problem, format("Action = %s: must be firmware", setting->value));
    quirk->firmware = true;
    return 1;
}

static int matches_one(const char *globs, const char *text)
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

static int matches_dmi(int root, const char *globs)
{
    AUTOFREE char *modalias = NULL;
    int r = root_read_line(root, "sys/class/dmi/id/modalias", MAX_MODALIAS, &modalias);

    if (r == -ENOENT)
        return 0; /* no DMI, no such board */
    return r < 0 ? r : matches_one(globs, modalias);
}

static int any_name(const char *name)
{
    return name[0] != '.';
}

/* Looks at one device or driver of a bus. */
typedef int (*look)(int root, const char *path, const char *name, const char *globs);

static int look_at_device(int root, const char *path, const char *name, const char *globs)
{
    AUTOFREE char *file = format("%s/%s/modalias", path, name), *modalias = NULL;
    int r = file ? root_read_line(root, file, MAX_MODALIAS, &modalias) : -ENOMEM;

    /* Most kinds of devices have none, and one may go while we look. */
    if (r == -ENOENT || r == -ENODEV)
        return 0;
    return r < 0 ? r : matches_one(globs, modalias);
}

/* A driver counts when it has a device: those are its links that lead out of the bus' directory. */
static int look_at_driver(int root, const char *path, const char *name, const char *globs)
{
    AUTOFREE char *directory = NULL;
    CLEANUP(names_freep) char **entries = NULL;
    int r = matches_one(globs, name);

    if (r <= 0)
        return r;
    directory = format("%s/%s", path, name);
    r = directory ? root_names(root, directory, any_name, MAX_NAMES, &entries) : -ENOMEM;
    if (r < 0)
        return r;
    for (char **entry = entries; *entry; entry++) {
        AUTOFREE char *file = format("%s/%s", directory, *entry), *target = NULL;

        if (!file)
            return -ENOMEM;
        if (root_readlink(root, file, &target) >= 0 && !streq(*entry, "module"))
            return 1;
    }
    return 0;
}

/* Looks at everything in /sys/bus/BUS/`kind`. */
static int look_at_buses(int root, const char *kind, look look_at, const char *globs)
{
    CLEANUP(names_freep) char **buses = NULL;
    int r = root_names(root, "sys/bus", any_name, MAX_NAMES, &buses);

    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    for (char **bus = buses; *bus; bus++) {
        AUTOFREE char *path = format("sys/bus/%s/%s", *bus, kind);
        CLEANUP(names_freep) char **names = NULL;

        r = path ? root_names(root, path, any_name, MAX_NAMES, &names) : -ENOMEM;
        if (r == -ENOENT)
            continue;
        for (char **name = names; r >= 0 && *name; name++) {
            r = look_at(root, path, *name, globs);
            if (r > 0)
                return 1;
        }
        if (r < 0)
            return r;
    }
    return 0;
}

/* 1, 0, or a negative errno when the machine does not tell. */
static int matches(int root, const struct quirk *quirk)
{
    int r = quirk->match_dmi ? matches_dmi(root, quirk->match_dmi) : 1;

    if (r > 0 && quirk->match_modalias)
        r = look_at_buses(root, "devices", look_at_device, quirk->match_modalias);
    if (r > 0 && quirk->match_driver)
        r = look_at_buses(root, "drivers", look_at_driver, quirk->match_driver);
    return r;
}

static char *describe(const struct quirk *quirk)
{
    return format("%s: %s (%s%s%s)", quirk->section,
                  quirk->reason ? quirk->reason : "it is on the list of what needs the firmware",
                  quirk->file, quirk->source ? "; " : "", quirk->source ? quirk->source : "");
}

/* What has nothing to match would match every machine, and what does nothing is a mistake too. */
static int check_complete(const struct quirks *quirks, char **ret_error)
{
    for (size_t i = 0; i < quirks->n; i++) {
        const struct quirk *quirk = &quirks->all[i];
        bool matched = quirk->match_dmi || quirk->match_modalias || quirk->match_driver;

        if (matched && quirk->firmware)
            continue;
        *ret_error = format("%s: [%s] has no %s", quirk->file, quirk->section,
                            matched ? "Action" : "Match...");
        return *ret_error ? -EBADMSG : -ENOMEM;
    }
    return 0;
}

static int read_list(int root, struct quirks *quirks, char **ret_error)
{
    int r = settings_read_directory(root, QUIRKS_VENDOR_DIR, take, quirks, ret_error);

    if (r >= 0)
        r = settings_read_directory(root, QUIRKS_LOCAL_DIR, take, quirks, ret_error);
    return r < 0 ? r : check_complete(quirks, ret_error);
}

int quirk_facts_read(int root, struct quirk_facts *ret)
{
    CLEANUP(quirks_clear) struct quirks *quirks = calloc(1, sizeof(*quirks));
    int r;

    *ret = (struct quirk_facts){0};
    if (!quirks)
        return -ENOMEM;
    r = read_list(root, quirks, &ret->error);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    for (size_t i = 0; i < quirks->n && !ret->firmware; i++) {
        r = matches(root, &quirks->all[i]);
        if (r == -ENOMEM)
            return r;
        if (r < 0)
            ret->error_number = -r;
        else if (r > 0)
            ret->firmware = describe(&quirks->all[i]);
        if (r > 0 && !ret->firmware)
            return -ENOMEM;
    }
    return 0;
}

void quirk_facts_clear(struct quirk_facts *facts)
{
    free(facts->firmware);
    free(facts->error);
    *facts = (struct quirk_facts){0};
}
