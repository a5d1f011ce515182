/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/boot-entries.h"

#include <errno.h>

#include "base/cmdline.h"
#include "base/root.h"
#include "base/util.h"

static void entry_clear(struct boot_entry *entry)
{
    free(entry->id);
    free(entry->title);
    free(entry->kernel);
    names_free(entry->initrds);
    free(entry->cmdline);
    free(entry->source);
    free(entry->problem);
}

/* Room for one more, empty; it counts when boot_entries->n is raised. */
static struct boot_entry *next_entry(struct boot_entries *entries)
{
    struct boot_entry *more = reallocarray(entries->entries, entries->n + 1, sizeof(*more));

    if (!more)
        return NULL;
    entries->entries = more;
    more[entries->n] = (struct boot_entry){0};
    return &more[entries->n];
}

int boot_entries_add_unbootable(struct boot_entries *entries, const char *id, const char *title,
                                const char *problem, const char *source)
{
    struct boot_entry *entry = next_entry(entries);

    if (!entry)
        return -ENOMEM;
    *entry = (struct boot_entry){
        .id = strdup(id),
        .title = strdup(title),
        .cmdline = strdup(""),
        .source = strdup(source),
        .problem = strdup(problem),
    };
    if (!entry->id || !entry->title || !entry->cmdline || !entry->source || !entry->problem) {
        entry_clear(entry);
        return -ENOMEM;
    }
    entries->n++;
    return 0;
}

int boot_entries_add(struct boot_entries *entries, const char *id, const char *title,
                     const char *kernel, char *const *initrds, size_t n, const char *cmdline,
                     const char *source)
{
    struct boot_entry *entry = next_entry(entries);
    bool complete;

    if (!entry)
        return -ENOMEM;
    *entry = (struct boot_entry){
        .id = strdup(id),
        .title = strdup(title),
        .kernel = strdup(kernel),
        .initrds = calloc(n + 1, sizeof(*entry->initrds)),
        .cmdline = strdup(cmdline),
        .source = strdup(source),
    };
    complete = entry->id && entry->title && entry->kernel && entry->initrds && entry->cmdline &&
               entry->source;
    for (size_t i = 0; complete && i < n; i++, entry->n_initrds++)
        complete = (entry->initrds[i] = strdup(initrds[i])) != NULL;
    if (!complete) {
        entry_clear(entry);
        return -ENOMEM;
    }
    entries->n++;
    return 0;
}

void boot_entries_clear(struct boot_entries *entries)
{
    for (size_t i = 0; i < entries->n; i++)
        entry_clear(&entries->entries[i]);
    free(entries->entries);
    free(entries->chosen_reason);
    free(entries->problem);
    free(entries->one_time);
    *entries = (struct boot_entries){0};
}

int boot_entries_append(struct boot_entries *entries, const char *parameters, const char *except)
{
    AUTOFREE char *wanted = cmdline_without(parameters, except ? except : "");

    if (!wanted)
        return -ENOMEM;
    for (size_t i = 0; i < entries->n; i++) {
        char *with = cmdline_with(entries->entries[i].cmdline, wanted);

        if (!with)
            return -ENOMEM;
        free(entries->entries[i].cmdline);
        entries->entries[i].cmdline = with;
    }
    return 0;
}
