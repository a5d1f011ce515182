/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/quirks.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/hardware/detachable.h"
#include "discover/hardware/quirk-list.h"

enum {
    MAX_NAMES = 8192, /* devices of one bus */
    MAX_MODALIAS = 8192,
};

static int matches_dmi(int root, const char *globs)
{
    AUTOFREE char *modalias = NULL;
    int r = root_read_line(root, "sys/class/dmi/id/modalias", MAX_MODALIAS, &modalias);

    if (r == -ENOENT)
        return 0; /* no DMI, no such board */
    return r < 0 ? r : globs_match(globs, modalias);
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
    return r < 0 ? r : globs_match(globs, modalias);
}

/* A driver counts when it has a device: those are its links that lead out of the bus' directory. */
static int look_at_driver(int root, const char *path, const char *name, const char *globs)
{
    AUTOFREE char *directory = NULL;
    CLEANUP(names_freep) char **entries = NULL;
    int r = globs_match(globs, name);

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

static char *describe(const struct quirk *quirk, const char *what)
{
    return format("%s: %s%s (%s%s%s)", quirk->section,
                  quirk->reason ? quirk->reason : "it is on the list of quirks", what, quirk->file,
                  quirk->source ? "; " : "", quirk->source ? quirk->source : "");
}

/* Adds to a list; nothing to add is fine. */
static void join(char **list, const char *more)
{
    if (more && *more)
        append_text(list, " ", more);
}

static int apply(int root, const struct quirk *quirk, struct quirk_facts *facts)
{
    AUTOFREE char *what = NULL;
    int r = 0;

    join(&facts->cmdline, quirk->cmdline);
    join(&facts->unload, quirk->unload_modules);
    if (quirk->unbind_drivers)
        r = detachable_add(root, quirk->unbind_drivers, quirk->match_modalias, &facts->unbind);
    if (r < 0)
        return r;
    what = format("%s%s%s%s%s%s", quirk->cmdline ? "; appends to the command line: " : "",
                  quirk->cmdline ? quirk->cmdline : "",
                  quirk->unload_modules ? "; unloads before the jump: " : "",
                  quirk->unload_modules ? quirk->unload_modules : "",
                  quirk->unbind_drivers ? "; detaches before the jump: " : "",
                  quirk->unbind_drivers ? quirk->unbind_drivers : "");
    answer_add(&facts->applied, describe(quirk, what));
    return 0;
}

/* As quirk_facts_read(), for one quirk of the list. */
static int look_at_quirk(int root, const struct quirk *quirk, struct quirk_facts *facts)
{
    int r = matches(root, quirk);

    if (r > 0 && quirk->firmware)
        answer_note(&facts->firmware, describe(quirk, ""));
    if (r > 0 && !quirk->firmware)
        r = apply(root, quirk, facts);
    if (r < 0 && r != -ENOMEM) {
        answer_note_unknown(&facts->firmware, -r, NULL);
        return 0;
    }
    return r;
}

int quirk_facts_read(int root, struct quirk_facts *ret)
{
    CLEANUP(quirks_freep) struct quirks *quirks = NULL;
    char *problem = NULL;
    int r;

    *ret = (struct quirk_facts){0};
    r = quirks_read(root, &quirks, &problem);
    if (problem)
        answer_note(&ret->invalid, problem);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    for (size_t i = 0; r >= 0 && i < quirks->n; i++)
        r = look_at_quirk(root, &quirks->all[i], ret);
    if (r >= 0 && (ret->unload || ret->unbind))
        r = detachable_spare(root, ret);
    if (r >= 0 || r == -ENOMEM)
        return r < 0 ? r : 0;
    answer_note_unknown(&ret->firmware, -r, NULL);
    return 0;
}

void quirk_facts_clear(struct quirk_facts *facts)
{
    answer_clear(&facts->invalid);
    answer_clear(&facts->firmware);
    answer_clear(&facts->applied);
    free(facts->cmdline);
    free(facts->unload);
    free(facts->unbind);
    free(facts->keep);
    *facts = (struct quirk_facts){0};
}
