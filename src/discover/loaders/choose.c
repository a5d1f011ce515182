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
    &loader_systemd_boot, &loader_not_grub, &loader_grub,
    &loader_unsupported,  &loader_links,    &loader_newest,
};

static void choose_none(struct boot_entries *entries, char *problem)
{
    entries->chosen = entries->n;
    set_text(&entries->problem, problem);
}

static void ask_loaders(int root, const char *cmdline, struct boot_entries *entries)
{
    for (size_t i = 0; i < ELEMENTS(LOADERS); i++)
        if (LOADERS[i]->read(root, cmdline, entries)) {
            entries->loader = LOADERS[i]->name;
            entries->inherits_cmdline = LOADERS[i]->inherits_cmdline;
            return;
        }
    choose_none(entries,
                xstrdup("no kernel was found: no /vmlinuz, /boot/vmlinuz or /boot/vmlinuz-*"));
}

/* A unified kernel image named by kernel= brings its initrd, and its command line if it has one. */
static void use_image(int root, const struct config *config, struct boot_entries *entries)
{
    AUTOFREE char *cmdline = NULL, *problem = NULL;
    struct boot_entry *entry = &entries->entries[0];

    /* One that cannot be read is the payload's to report. */
    if (uki_describe(root, NULL, config->kernel, 0, &cmdline, &problem) <= 0)
        return;
    entry->uki = true;
    if (!problem && entry->n_initrds > 0)
        problem = xstrdup("a unified kernel image has its own initrd: set initrd = none");
    entry->problem = steal(&problem);
    if (!cmdline)
        return;
    set_text(&entry->cmdline, steal(&cmdline));
    entries->inherits_cmdline = false;
}

/* The kernel= and initrd= of the configuration take the place of the loader's entries. */
static void use_configured(int root, const struct config *config, const char *cmdline,
                           struct boot_entries *entries)
{
    AUTOFREE char *list = xstrdup(streq(config->initrd, "none") ? "" : config->initrd);
    char *initrds[MAX_INITRDS], *rest;
    size_t n = 0;

    for (char *path = strtok_r(list, " \t", &rest); path; path = strtok_r(NULL, " \t", &rest)) {
        if (n == MAX_INITRDS) {
            choose_none(entries, format("%s: initrd names more than %d files",
                                        config->kernel_source, MAX_INITRDS));
            return;
        }
        initrds[n++] = path;
    }
    entries->loader = "configuration";
    entries->inherits_cmdline = true;
    entries->chosen_reason = format("kernel = in %s", config->kernel_source);
    boot_entries_add(entries, "configured", config->kernel, config->kernel, initrds, n, cmdline,
                     config->kernel_source);
    use_image(root, config, entries);
}

/* Removes fastreboot's own parameters from an entry that somebody made of the running kernel's
 * command line: a stale mark would mislead the next boot. */
static void remove_ours(struct boot_entry *entry)
{
    AUTOFREE char *mark = cmdline_value(entry->cmdline, CMDLINE_MARK);

    if (mark) /* otherwise not a blank changes */
        set_text(&entry->cmdline, cmdline_not_ours(entry->cmdline));
}

/* Applies cmdline=, cmdline-remove= and cmdline-append=. */
static void configure_cmdline(const struct config *config, struct boot_entry *entry)
{
    const char *remove = config->cmdline_remove ? config->cmdline_remove : "";
    const char *append = config->cmdline_append ? config->cmdline_append : "";
    AUTOFREE char *without = NULL;

    if (!config->cmdline && !*remove && !*append)
        return; /* not a blank changes */
    without = cmdline_without(config->cmdline ? config->cmdline : entry->cmdline, remove);
    set_text(&entry->cmdline, cmdline_with(without, append));
}

static int read_cmdline(int root, char **ret_cmdline)
{
    AUTOFREE char *line = NULL;
    int r = root_read_line(root, "proc/cmdline", MAX_CMDLINE, &line);

    *ret_cmdline = r < 0 ? xstrdup("") : cmdline_for_next_kernel(line);
    return r;
}

void boot_entries_read(int root, const struct config *config, struct boot_entries *ret_entries)
{
    AUTOFREE char *inherited = NULL;
    int r = read_cmdline(root, &inherited);

    *ret_entries = (struct boot_entries){0};
    if (config->kernel)
        use_configured(root, config, inherited, ret_entries);
    else
        ask_loaders(root, inherited, ret_entries);
    for (size_t i = 0; i < ret_entries->n; i++) {
        remove_ours(&ret_entries->entries[i]);
        configure_cmdline(config, &ret_entries->entries[i]);
    }
    if (r < 0 && !config->cmdline && ret_entries->inherits_cmdline)
        choose_none(ret_entries, format("/proc/cmdline: %s", strerror(-r)));
}
