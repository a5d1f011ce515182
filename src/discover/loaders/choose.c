/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/choose.h"

#include <errno.h>

#include "base/cmdline.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/bls/uki-entry.h"
#include "discover/loaders/loader.h"

enum {
    MAX_INITRDS = 16,
    MAX_CMDLINE = 64 * 1024,
};

/* In the order in which they are asked; the first that is there decides. */
static const struct loader *const LOADERS[] = {
    &loader_systemd_boot, &loader_before_grub, &loader_grub,
    &loader_unread,       &loader_links,       &loader_newest,
};

static int choose_none(struct boot_entries *entries, char *problem)
{
    entries->chosen = entries->n;
    free(entries->problem);
    entries->problem = problem;
    return problem ? 0 : -ENOMEM;
}

static int ask_loaders(int root, const char *cmdline, struct boot_entries *entries)
{
    for (size_t i = 0; i < ELEMENTS(LOADERS); i++) {
        int r = LOADERS[i]->read(root, cmdline, entries);

        if (r < 0)
            return r;
        if (r > 0) {
            entries->loader = LOADERS[i]->name;
            entries->inherits_cmdline = LOADERS[i]->inherits_cmdline;
            return 0;
        }
    }
    return choose_none(entries, strdup("no kernel was found: no /vmlinuz, /boot/vmlinuz or "
                                       "/boot/vmlinuz-*"));
}

/* A unified kernel image named by kernel= brings its initrd, and its command line if it has one. */
static int use_image(int root, const struct config *config, struct boot_entries *entries)
{
    AUTOFREE char *cmdline = NULL, *problem = NULL;
    struct boot_entry *entry = &entries->entries[0];
    int r = uki_describe(root, NULL, config->kernel, 0, &cmdline, &problem);

    if (r <= 0) /* none, or the payload will say why it cannot be read */
        return r == -ENOMEM ? r : 0;
    entry->uki = true;
    entry->problem = steal(&problem);
    if (!entry->problem && entry->n_initrds > 0) {
        entry->problem = strdup("a unified kernel image has its own initrd: initrd = none");
        if (!entry->problem)
            return -ENOMEM;
    }
    if (cmdline) {
        free(entry->cmdline);
        entry->cmdline = steal(&cmdline);
        entries->inherits_cmdline = false;
    }
    return 0;
}

/* The entry of the configuration's kernel= and initrd= stands before those of the loader. */
static int use_configured(int root, const struct config *config, const char *cmdline,
                          struct boot_entries *entries)
{
    char *initrds[MAX_INITRDS], *rest;
    AUTOFREE char *list = strdup(config->initrd);
    size_t n = 0;

    if (!list)
        return -ENOMEM;
    if (!streq(list, "none"))
        for (char *path = strtok_r(list, " \t", &rest); path; path = strtok_r(NULL, " \t", &rest)) {
            if (n == MAX_INITRDS)
                return choose_none(entries, format("%s: initrd names more than %d files",
                                                   config->kernel_source, MAX_INITRDS));
            initrds[n++] = path;
        }
    entries->loader = "configuration";
    entries->inherits_cmdline = true;
    entries->chosen_reason = format("kernel = in %s", config->kernel_source);
    if (!entries->chosen_reason)
        return -ENOMEM;
    boot_entries_add(entries, "configured", config->kernel, config->kernel, initrds, n, cmdline,
                     config->kernel_source);
    return use_image(root, config, entries);
}

static int change_cmdline(const struct config *config, struct boot_entry *entry)
{
    AUTOFREE char *without = cmdline_without(config->cmdline ? config->cmdline : entry->cmdline,
                                             config->cmdline_remove ? config->cmdline_remove : "");
    char *with = without
                     ? cmdline_with(without, config->cmdline_append ? config->cmdline_append : "")
                     : NULL;

    if (!with)
        return -ENOMEM;
    free(entry->cmdline);
    entry->cmdline = with;
    return 0;
}

/* Our own parameters, where somebody has made the entry of the running kernel's command line: a
 * stale mark would tell the next boot nonsense. */
static int take_ours_out(struct boot_entry *entry)
{
    AUTOFREE char *mark = cmdline_value(entry->cmdline, CMDLINE_MARK);
    char *without = mark ? cmdline_not_ours(entry->cmdline) : NULL;

    if (!mark)
        return 0; /* not a blank of it is changed */
    if (!without)
        return -ENOMEM;
    free(entry->cmdline);
    entry->cmdline = without;
    return 0;
}

/* What the settings say of the command line, on top of what the entry has. */
static int configure_cmdline(const struct config *config, struct boot_entry *entry)
{
    /* Nothing to change: not a blank of it either. */
    if (!config->cmdline && !config->cmdline_remove && !config->cmdline_append)
        return 0;
    return change_cmdline(config, entry);
}

static int read_cmdline(int root, char **ret_cmdline)
{
    AUTOFREE char *line = NULL;
    int r = root_read_line(root, "proc/cmdline", MAX_CMDLINE, &line);

    if (r < 0)
        return r;
    *ret_cmdline = cmdline_for_next_kernel(line);
    return *ret_cmdline ? 0 : -ENOMEM;
}

int boot_entries_read(int root, const struct config *config, struct boot_entries *ret_entries)
{
    AUTOFREE char *inherited = NULL;
    int unreadable, r;

    *ret_entries = (struct boot_entries){0};
    unreadable = read_cmdline(root, &inherited);
    if (unreadable == -ENOMEM)
        return -ENOMEM;
    if (config->kernel)
        r = use_configured(root, config, inherited ? inherited : "", ret_entries);
    else
        r = ask_loaders(root, inherited ? inherited : "", ret_entries);
    for (size_t i = 0; r >= 0 && i < ret_entries->n; i++) {
        r = take_ours_out(&ret_entries->entries[i]);
        if (r >= 0)
            r = configure_cmdline(config, &ret_entries->entries[i]);
    }
    if (r < 0 || unreadable >= 0 || config->cmdline || !ret_entries->inherits_cmdline)
        return r;
    return choose_none(ret_entries, format("/proc/cmdline: %s", strerror(-unreadable)));
}
