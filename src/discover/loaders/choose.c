/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/choose.h"

#include <errno.h>

#include "base/cmdline.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/bls/uki-entry.h"
#include "discover/loaders/esp.h"
#include "discover/loaders/inherit.h"
#include "discover/loaders/loader.h"
#include "discover/loaders/reach.h"

enum {
    MAX_READERS = 5,
    MAX_INITRDS = 16,
    MAX_CMDLINE = 64 * 1024,
};

/* Which readers to ask, in this order, by what started the machine: for a loader that has no
 * STARTER_ of its own, by the start of its name. The first reader that finds its loader decides.
 * Names of kernels stand in where nothing tells what started the machine. */
static const struct {
    enum starter starter;
    const char *name; /* as LoaderInfo or the boot loader type gives it, or NULL */
    bool stand_in;
    const struct loader *readers[MAX_READERS];
} READERS[] = {
    {STARTER_SYSTEMD_BOOT, NULL, false, {&loader_proxmox, &loader_systemd_boot}},
    {STARTER_GRUB,
     NULL,
     false,
     {&loader_proxmox, &loader_grub, &loader_grub_elsewhere, &loader_unsupported}},
    {STARTER_OTHER, "Syslinux", false, {&loader_syslinux}},
    {STARTER_OTHER, NULL, false, {&loader_firmware}},
    {STARTER_UNKNOWN,
     NULL,
     true,
     {&loader_proxmox, &loader_grub_elsewhere, &loader_unsupported, &loader_links, &loader_newest}},
};

static void choose_none(struct boot_entries *entries, char *problem)
{
    entries->chosen = entries->n;
    set_text(&entries->problem, problem);
}

static void ask_readers(int root, const struct loader *const *readers,
                        const struct running *running, struct boot_entries *entries)
{
    for (size_t i = 0; i < MAX_READERS && readers[i]; i++)
        if (readers[i]->read(root, running, entries)) {
            entries->loader = readers[i]->name;
            entries->inherits_cmdline = readers[i]->inherits_cmdline;
            return;
        }
}

/* What started this machine does not read the files here, or nothing tells what did. */
static void ask_nobody(int root, const struct running *running, struct boot_entries *entries)
{
    const struct started *started = running->started;

    /* The files may give its name. */
    if (started->by == STARTER_OTHER && !started->name &&
        loader_unsupported.read(root, running, entries))
        return;
    entries->problem_error = started->error;
    choose_none(entries, started->by == STARTER_UNKNOWN
                             ? xstrdup(started->proof)
                             : format("%s started this machine (%s), so which kernel is next is "
                                      "unknown",
                                      started->name ? started->name
                                                    : "neither GRUB nor "
                                                      "systemd-boot",
                                      started->proof));
}

/* No reader has found its loader. */
static void found_none(int root, const struct running *running, struct boot_entries *entries)
{
    if (running->started->by == STARTER_OTHER)
        ask_nobody(root, running, entries);
    else if (running->started->by == STARTER_GRUB)
        choose_none(entries, xstrdup("GRUB started this machine, but there is neither "
                                     "/boot/grub/grub.cfg nor /boot/grub2/grub.cfg: is /boot "
                                     "mounted?"));
    else
        choose_none(entries, xstrdup("no kernel was found: no boot loader's configuration, and no "
                                     "/vmlinuz, /boot/vmlinuz or /boot/vmlinuz-*"));
}

static const struct loader *const *find_readers(const struct started *started)
{
    for (size_t i = 0; i < ELEMENTS(READERS); i++)
        if (READERS[i].starter == started->by && READERS[i].stand_in == started->stand_in &&
            (!READERS[i].name || (started->name && after_prefix(started->name, READERS[i].name))))
            return READERS[i].readers;
    return NULL;
}

static void ask_loaders(int root, const struct started *started, const char *cmdline,
                        struct boot_entries *entries)
{
    bool grub = started->by == STARTER_GRUB;
    AUTOFREE char *bls = grub ? esp_bls_home(root, started) : NULL,
                  *config = grub && !bls ? esp_grub_home(root, started) : NULL;
    const char *esp_grub = bls ? bls : config;
    const struct running *running = &(struct running){cmdline, started, esp_grub, bls != NULL};
    const struct loader *const *readers = find_readers(started);
    char *problem = NULL;

    if (!readers) {
        ask_nobody(root, running, entries);
        return;
    }
    if (grub)
        problem = esp_grub_problem(root, started, esp_grub);
    if (problem) {
        choose_none(entries, problem);
        return;
    }
    ask_readers(root, readers, running, entries);
    if (!entries->loader)
        found_none(root, running, entries);
    if (entries->chosen < entries->n && entries->entries[entries->chosen].kernel)
        problem = reach_problem(root, entries->entries[entries->chosen].kernel);
    if (problem)
        choose_none(entries, problem);
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
                                        config->initrd_source, MAX_INITRDS));
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
 * command line: a stale mark would mislead the next boot. The boot loader will not remove them. */
static void remove_ours(struct boot_entries *entries, struct boot_entry *entry)
{
    AUTOFREE char *mark = cmdline_value(entry->cmdline, CMDLINE_MARK);

    if (!mark) /* not a blank changes */
        return;
    set_text(&entry->cmdline, cmdline_not_ours(entry->cmdline));
    if (!entries->copied)
        entries->copied = format("boot entry \"%s\" (%s)", entry->title, entry->source);
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

/* Why the running kernel's command line cannot be used, or NULL; `r` is the result of reading it.
 */
static char *inherit_problem(const struct config *config, const char *inherited, int r)
{
    AUTOFREE char *kept = NULL, *word = NULL;

    if (r < 0)
        return format("/proc/cmdline: %s", strerror(-r));
    kept = cmdline_without(inherited, config->cmdline_remove ? config->cmdline_remove : "");
    word = inherit_one_time(kept);
    return word ? format("the running kernel's command line has \"%s\", which may be for this boot "
                         "only, and the next kernel would get it too (cmdline = in %s sets another "
                         "one)",
                         word, "/" CONFIG_FILE)
                : NULL;
}

static int read_cmdline(int root, char **ret_cmdline)
{
    AUTOFREE char *line = NULL;
    int r = root_read_line(root, "proc/cmdline", MAX_CMDLINE, &line);

    *ret_cmdline = r < 0 ? xstrdup("") : cmdline_for_next_kernel(line);
    return r;
}

void boot_entries_read(int root, const struct config *config, const struct started *started,
                       struct boot_entries *ret_entries)
{
    AUTOFREE char *inherited = NULL;
    char *problem = NULL;
    int r = read_cmdline(root, &inherited);

    *ret_entries = (struct boot_entries){0};
    if (config->kernel)
        use_configured(root, config, inherited, ret_entries);
    else
        ask_loaders(root, started, inherited, ret_entries);
    for (size_t i = 0; i < ret_entries->n; i++) {
        remove_ours(ret_entries, &ret_entries->entries[i]);
        configure_cmdline(config, &ret_entries->entries[i]);
    }
    if (!config->cmdline && ret_entries->inherits_cmdline)
        problem = inherit_problem(config, inherited, r);
    if (problem)
        choose_none(ret_entries, problem);
}
