/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Syslinux and extlinux on BIOS. That they started this machine is not enough: Syslinux has one
 * number for what it starts from a disk and from the network. The command line of the running
 * kernel has to be one that this configuration gives. */

#include <errno.h>
#include <stdint.h>

#include "base/cmdline.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/loader.h"
#include "discover/loaders/syslinux/default.h"
#include "discover/loaders/syslinux/words.h"

enum {
    MAX_CMDLINE = 64 * 1024,
    MAX_COMMAND = 2047, /* some of its versions cut longer ones */
    MAX_INITRDS = 16,
    KEXEC = 0xd,
    TYPE_UNKNOWN = 0x30, /* since version 5: any of them */
    TYPE_SYSLINUX = 0x31,
    TYPE_EXTLINUX = 0x34,
};

/* Everything that was read. */
struct syslinux {
    struct syslinux_place place;
    struct syslinux_config config;
    struct syslinux_adv adv;
    struct syslinux_choice choice;
};

static void syslinux_clear(struct syslinux *syslinux)
{
    syslinux_place_clear(&syslinux->place);
    syslinux_config_clear(&syslinux->config);
    syslinux_adv_clear(&syslinux->adv);
}

/* The kernel's command line when Syslinux starts it. */
static char *cmdline_of(const struct syslinux *syslinux, size_t i)
{
    const struct syslinux_entry *entry = &syslinux->config.entries[i];
    const char *words = i == syslinux->choice.entry ? syslinux->choice.words : "";
    AUTOFREE char *kernel = xstrndup(entry->command, syslinux_word(entry->command));

    return format("BOOT_IMAGE=%s %s%s%s", kernel, syslinux_next(entry->command), *words ? " " : "",
                  words);
}

/* Which program the loader takes a file for that KERNEL names. */
static bool is_linux_by_name(const char *name)
{
    static const char *const ENDS[] = {".c32", ".img", ".bss", ".bin", ".bs", ".0"};

    for (size_t i = 0; i < ELEMENTS(ENDS); i++)
        if (strlen(name) >= strlen(ENDS[i]) &&
            streq(name + strlen(name) - strlen(ENDS[i]), ENDS[i]))
            return false;
    return name[0] != '.' || strchr("./", name[1]); /* ".linux" stands for the keyword */
}

/* Why kexec cannot start what this entry does, for free(); or NULL. */
static char *entry_problem(const struct syslinux_entry *entry, const char *kernel,
                           const char *cmdline)
{
    bool says_linux = streq(entry->type, "linux");

    if (!says_linux && !streq(entry->type, "kernel"))
        return format("not a Linux kernel (%s)", entry->type);
    if (!*kernel)
        return xstrdup("no kernel");
    if (!says_linux && !is_linux_by_name(kernel))
        return format("not a Linux kernel, by the end of its name (%s)", kernel);
    if (entry->adds_words)
        return xstrdup("Syslinux adds parameters of its own (SYSAPPEND)");
    if (strlen(cmdline) > MAX_COMMAND)
        return xstrdup("its command line is too long for Syslinux");
    return NULL;
}

/* The files behind the first "initrd=", wherever that is: their number, or -1 and a problem. */
static int map_initrds(const struct syslinux *syslinux, const char *cmdline, char **initrds,
                       char **ret_problem)
{
    const char *at = strstr(cmdline, "initrd=");
    int n = 0;

    for (at = at ? at + strlen("initrd") : NULL; at && (n == 0 || *at == ','); n++) {
        size_t length = strcspn(at + 1, " ,");
        AUTOFREE char *name = xstrndup(at + 1, length);

        if (n == MAX_INITRDS || length == 0)
            *ret_problem = xstrdup("too many initrds, or one without a name");
        else
            initrds[n] = syslinux_place_map(&syslinux->place, name, ret_problem);
        if (*ret_problem)
            return -1;
        at += 1 + length;
    }
    return n;
}

static void add_entry(const struct syslinux *syslinux, size_t i, struct boot_entries *entries)
{
    const struct syslinux_entry *entry = &syslinux->config.entries[i];
    AUTOFREE char *name = xstrndup(entry->command, syslinux_word(entry->command)),
                  *cmdline = cmdline_of(syslinux, i), *kernel = NULL,
                  *kept = cmdline_for_next_kernel(cmdline),
                  *problem = entry_problem(entry, name, cmdline);
    char *initrds[MAX_INITRDS] = {0};
    int n = 0;

    if (!problem)
        kernel = syslinux_place_map(&syslinux->place, name, &problem);
    if (!problem)
        n = map_initrds(syslinux, cmdline, initrds, &problem);
    if (problem)
        boot_entries_add_unbootable(entries, entry->label, entry->title, problem, entry->source);
    else
        boot_entries_add(entries, entry->label, entry->title, kernel, initrds, (size_t)n, kept,
                         entry->source);
    for (size_t j = 0; j < MAX_INITRDS; j++)
        free(initrds[j]);
}

static void add_entries(const struct syslinux *syslinux, struct boot_entries *entries)
{
    entries->chosen = SIZE_MAX;
    for (size_t i = 0; i < syslinux->config.n; i++) {
        if (!syslinux->config.entries[i].label)
            continue;
        add_entry(syslinux, i, entries);
        if (i == syslinux->choice.entry)
            entries->chosen = entries->n - 1;
    }
}

/* Proof that this configuration started the machine */

/* Whether an entry gives the command line `line` of a kernel that Syslinux started. */
static bool is_from_here(const struct syslinux *syslinux, const char *line)
{
    for (size_t i = 0; i < syslinux->config.n; i++) {
        AUTOFREE char *entry = cmdline_of(syslinux, i);

        if (syslinux->config.entries[i].label && cmdline_has_words(line, entry, false))
            return true;
    }
    return false;
}

/* After a fast reboot: whether Syslinux started the kernel `image` from here, and fastreboot
 * another entry with `line`, to which its settings may have added parameters. */
static bool was_from_here(const struct syslinux *syslinux, const char *line, const char *image)
{
    bool has_image = false, has_line = false;

    for (size_t i = 0; i < syslinux->config.n; i++) {
        AUTOFREE char *entry = cmdline_of(syslinux, i), *kept = cmdline_for_next_kernel(entry),
                      *name = cmdline_value(entry, "BOOT_IMAGE=");

        if (!syslinux->config.entries[i].label)
            continue;
        has_image = has_image || (name && image && streq(name, image));
        has_line = has_line || cmdline_has_words(line, kept, true);
    }
    return has_image && has_line;
}

static char *proof_problem(const struct syslinux *syslinux, const struct started *started)
{
    AUTOFREE char *line = NULL;
    long type;
    int r = root_read_line(syslinux->place.root, "proc/cmdline", MAX_CMDLINE, &line);
    bool fast =
        root_read_number(syslinux->place.root, "proc/sys/kernel/bootloader_type", &type) >= 0 &&
        type >> 4 == KEXEC;

    if (r < 0)
        return format("/proc/cmdline: %s", strerror(-r));
    if (fast ? was_from_here(syslinux, line, started->boot.boot_image)
             : is_from_here(syslinux, line))
        return NULL;
    return format(
        "no entry of the configuration in %s gives the running kernel's command line, so "
        "whether Syslinux reads it is unknown; the next reboot, through the firmware, may "
        "tell",
        syslinux->place.home);
}

/* All of it */

/* A menu that is missing starts nothing. */
static char *menu_problem(const struct syslinux *syslinux)
{
    AUTOFREE char *path = NULL;
    char *problem = NULL;

    if (!syslinux->choice.menu)
        return NULL;
    path = syslinux_place_map(&syslinux->place, syslinux->choice.menu, &problem);
    if (path && root_exists(syslinux->place.root, path) != 1)
        problem = format("%s: the menu that Syslinux starts is not there", path);
    return problem;
}

static char *read_all(int root, const struct started *started, struct syslinux *syslinux)
{
    AUTOFREE char *path = NULL, *system = NULL;
    char *problem = NULL;
    long type = started->boot.loader_type;

    if (type != TYPE_UNKNOWN && type != TYPE_SYSLINUX && type != TYPE_EXTLINUX)
        return format(
            "PXELINUX or ISOLINUX started this machine (%s), so which kernel is next is unknown",
            started->proof);
    if (root_exists(root, "sys/firmware/efi") != 0)
        return xstrdup("Syslinux started this machine on EFI, where fastreboot does not read its "
                       "configuration");
    problem = syslinux_place_find(root, &syslinux->place);
    if (!problem)
        path = syslinux_place_config(&syslinux->place, &problem);
    if (problem)
        return problem;
    syslinux_config_read(&syslinux->place, path, &syslinux->config);
    if (syslinux->config.problem)
        return xstrdup(syslinux->config.problem);
    system = format("%s%sldlinux.sys", syslinux->place.home,
                    streq(syslinux->place.home, "/") ? "" : "/");
    problem = syslinux_adv_read(root, system, &syslinux->adv);
    if (!problem)
        problem = syslinux_choose(&syslinux->config, &syslinux->adv, &syslinux->choice);
    return problem ? problem : menu_problem(syslinux);
}

static int syslinux_read(int root, const struct running *running, struct boot_entries *entries)
{
    CLEANUP(syslinux_clear) struct syslinux syslinux = {.choice = {.entry = SIZE_MAX, .words = ""}};
    char *problem = read_all(root, running->started, &syslinux);

    add_entries(&syslinux, entries);
    if (!problem)
        problem = proof_problem(&syslinux, running->started);
    if (syslinux.adv.once)
        entries->one_time =
            format("extlinux chose \"%s\" for one boot, and only Syslinux can start "
                   "and clear it",
                   syslinux.adv.once);
    entries->problem = problem;
    if (problem)
        entries->chosen = entries->n;
    else
        entries->chosen_reason = format("Syslinux' default (%s)", syslinux.choice.by);
    return 1;
}

const struct loader loader_syslinux = {.name = "syslinux", .read = syslinux_read};
