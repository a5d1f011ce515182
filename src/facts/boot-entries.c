/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/boot-entries.h"

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

struct boot_entry *boot_entries_add(struct boot_entries *entries, const char *id, const char *title,
                                    const char *kernel, char *const *initrds, size_t n,
                                    const char *cmdline, const char *source)
{
    struct boot_entry *entry = APPEND(entries->entries, entries->n);

    *entry = (struct boot_entry){
        .id = xstrdup(id),
        .title = xstrdup(title),
        .kernel = xstrdup(kernel),
        .initrds = xcalloc(n + 1, sizeof(*entry->initrds)),
        .n_initrds = n,
        .cmdline = xstrdup(cmdline),
        .source = xstrdup(source),
    };
    for (size_t i = 0; i < n; i++)
        entry->initrds[i] = xstrdup(initrds[i]);
    return entry;
}

void boot_entries_add_unbootable(struct boot_entries *entries, const char *id, const char *title,
                                 const char *problem, const char *source)
{
    *APPEND(entries->entries, entries->n) = (struct boot_entry){
        .id = xstrdup(id),
        .title = xstrdup(title),
        .cmdline = xstrdup(""),
        .source = xstrdup(source),
        .problem = xstrdup(problem),
    };
}

void boot_entries_clear(struct boot_entries *entries)
{
    for (size_t i = 0; i < entries->n; i++)
        entry_clear(&entries->entries[i]);
    free(entries->entries);
    free(entries->chosen_reason);
    free(entries->problem);
    free(entries->advice);
    free(entries->copied);
    free(entries->one_time);
    free(entries->writes);
    *entries = (struct boot_entries){0};
}

void boot_entries_append(struct boot_entries *entries, const char *parameters, const char *except)
{
    AUTOFREE char *wanted = cmdline_without(parameters, except ? except : "");

    for (size_t i = 0; i < entries->n; i++)
        set_text(&entries->entries[i].cmdline, cmdline_with(entries->entries[i].cmdline, wanted));
}
