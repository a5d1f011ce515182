/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs GRUB's configuration as GRUB would. If that depends on something that is not available here,
 * the answer is unknown, never a guess. */

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/grub/collect.h"
#include "discover/loaders/grub/commands/command.h"
#include "discover/loaders/grub/embedded.h"
#include "discover/loaders/grub/flavour.h"
#include "discover/loaders/grub/script/grubenv.h"
#include "discover/loaders/grub/script/source.h"
#include "discover/loaders/grub/subvolume.h"
#include "discover/loaders/loader.h"

static const char *const DIRECTORIES[] = {"/boot/grub", "/boot/grub2"};

enum {
    MAX_COMMAND_LIST = 64 * 1024,
};

/* Takes over `problem`. */
static void set_problem(struct boot_entries *entries, int error, char *problem)
{
    AUTOFREE char *raw = problem;

    set_text(&entries->problem, grub_readable(raw));
    entries->problem_error = error;
}

/* The directory with grub.cfg, or NULL. If there are two, it is not known which one GRUB reads. */
static const char *find_directory(int root, struct boot_entries *entries)
{
    AUTOFREE char *first = NULL;
    const char *directory = NULL;

    for (size_t i = 0; i < ELEMENTS(DIRECTORIES); i++) {
        AUTOFREE char *path = format("%s/grub.cfg", DIRECTORIES[i]), *resolved = NULL;
        int r = root_resolve(root, path, &resolved, NULL, NULL);

        if (r == -ENOENT || r == -ENOTDIR)
            continue;
        if (r < 0)
            set_problem(entries, -r, format("%s: %s", path, strerror(-r)));
        else if (first && !streq(first, resolved))
            set_problem(entries, 0,
                        format("both /boot/grub/grub.cfg and /boot/grub2/grub.cfg exist"));
        if (!directory) {
            directory = DIRECTORIES[i];
            first = steal(&resolved);
        }
    }
    return directory;
}

/* Returns 1 and what is stored, or 0 without a grubenv that GRUB accepts. */
static int read_grubenv(int root, const char *directory, struct grub_env *ret_env,
                        struct boot_entries *entries)
{
    AUTOFREE char *path = format("%s/grubenv", directory), *text = NULL, *untrusted = NULL;
    size_t length;
    int r = root_read_trusted(root, path, GRUBENV_MAX, &text, &length, &untrusted);

    if (r == -ENOENT)
        return 0;
    if (untrusted) {
        set_problem(entries, 0, format("%s: %s", path, untrusted));
        return 0;
    }
    if (r >= 0)
        r = grubenv_parse(text, length, ret_env);
    if (r < 0)
        set_problem(entries, r == -EBADMSG ? 0 : -r,
                    format("%s: %s", path, r == -EBADMSG ? "damaged" : strerror(-r)));
    return r > 0;
}

static void set_exported(struct grub_env *env, const char *name, const char *value)
{
    (void)grub_env_set(env, name, value);
    (void)grub_env_export(env, name);
}

/* Sets what every GRUB since 2.02 sets before it reads its configuration. */
static void set_variables(int root, const struct grub_paths *paths, struct grub_env *env)
{
    static const char *const FEATURES[] = {
        "feature_chainloader_bpb",      "feature_ntldr",
        "feature_platform_search_hint", "feature_default_font_path",
        "feature_all_video_module",     "feature_menuentry_id",
        "feature_menuentry_options",    "feature_200_final",
        "feature_nativedisk_cmd",       "feature_timeout_style"};
    /* Set by some GRUBs or on some machines. */
    static const char *const SECRETS[] = {"grub_cpu",
                                          "cmdpath",
                                          "fw_path",
                                          "config_file",
                                          "shim_lock",
                                          "lockdown",
                                          "check_signatures",
                                          "check_appended_signatures",
                                          "btrfs_subvol",
                                          "btrfs_subvolid",
                                          "net_default_ip",
                                          "net_default_mac",
                                          "lang",
                                          "net_default_server",
                                          "net_default_interface",
                                          "pxe_default_server",
                                          "pager",
                                          "color_normal",
                                          "color_highlight"};
    AUTOFREE char *home = format("(%s)%s", GRUB_HOME, paths->inside);
    AUTOFREE char *unknown = grub_unknown("the machine");
    const char *platform = root_exists(root, "sys/firmware/efi") == 1    ? "efi"
                           : root_exists(root, "sys/firmware/acpi") == 1 ? "pc"
                                                                         : unknown;

    for (size_t i = 0; i < ELEMENTS(FEATURES); i++)
        set_exported(env, FEATURES[i], "y");
    for (size_t i = 0; i < ELEMENTS(SECRETS); i++)
        set_exported(env, SECRETS[i], unknown);
    set_exported(env, "root", GRUB_HOME);
    set_exported(env, "prefix", home);
    set_exported(env, "config_directory", home);
    set_exported(env, "grub_platform", platform);
}

/* The name of an entry for one boot, and in *ret_file where it is stored; or NULL. */
static const char *find_next(const struct grub_run *run, const char **ret_file)
{
    const char *next = run->stored ? grub_env_get(run->stored, "next_entry") : NULL;

    *ret_file = "grubenv";
    for (size_t i = 0; !(next && *next) && i < run->n_others; i++) {
        next = grub_env_get(&run->others[i].env, "next_entry");
        *ret_file = run->others[i].file;
    }
    return next && *next ? next : NULL;
}

/* An entry for one boot: the reboot has to go through GRUB. */
static char *find_one_time(const struct grub_run *run, const char *directory)
{
    const char *file, *stored = find_next(run, &file);
    AUTOFREE char *next = grub_readable(stored),
                  *path = streq(file, "grubenv") ? format("%s/grubenv", directory) : xstrdup(file);

    return next ? format("grub-reboot chose the entry \"%s\" for one boot (next_entry in %s), and "
                         "only GRUB can start and clear it",
                         next, path)
                : NULL;
}

/* What GRUB would write when it starts, at this boot or at every one. */
static char *find_write(const struct grub_run *run)
{
    AUTOFREE char *name = grub_readable(run->n_saved ? run->saved->name : NULL),
                  *value = grub_readable(run->n_saved ? run->saved->value : NULL);

    if (!name)
        return NULL;
    return *value ? format("GRUB would set %s to \"%s\" in %s", name, value, run->saved->file)
                  : format("GRUB would clear %s in %s", name, run->saved->file);
}

/* The modules of the GRUB that the firmware starts. They may all be inside its program. */
struct modules {
    char *commands; /* those that are in them, or NULL if they are not known */
    bool recent;    /* of 2.04 or newer */
};

static void modules_clear(struct modules *modules)
{
    free(modules->commands);
}

static void read_modules(int root, const char *directory, struct modules *ret_modules)
{
    static const char *const PLATFORMS[] = {"i386-pc", "x86_64-efi", "i386-efi", "arm64-efi"};
    bool efi = root_exists(root, "sys/firmware/efi") == 1;

    for (size_t i = 0; i < ELEMENTS(PLATFORMS); i++) {
        AUTOFREE char *path = format("%s/%s/command.lst", directory, PLATFORMS[i]), *text = NULL,
                      *untrusted = NULL;
        AUTOFREE char *new = format("%s/%s/f2fs.mod", directory, PLATFORMS[i]);

        if (efi != (i > 0))
            continue;
        if (root_read_trusted(root, path, MAX_COMMAND_LIST, &text, NULL, &untrusted) >= 0)
            append_text(&ret_modules->commands, "\n", text);
        ret_modules->recent |= root_exists(root, new) == 1;
    }
}

/* Runs the configuration inside of GRUB, or without one the file. */
static int run_config(struct grub_eval *eval, const struct grub_embedded *embedded)
{
    const char *directory = eval->run->paths->directory;
    AUTOFREE char *path = format("%s/%s", directory, embedded ? "grub.efi" : "grub.cfg");

    return embedded ? grub_run_text(eval, path, embedded->text, strlen(embedded->text))
                    : grub_run_file(eval, path);
}

/* Returns whether blscfg was run. `embedded` is NULL if the configuration is in a file. */
static bool evaluate(const struct grub_paths *paths, const struct grub_env *stored,
                     enum grub_flavour flavour, const struct grub_embedded *embedded,
                     struct boot_entries *entries)
{
    CLEANUP(modules_clear) struct modules modules = {0};
    CLEANUP(grub_run_clear)
    struct grub_run run = {
        .paths = paths,
        .find_command = grub_find_command,
        .stored = stored,
        .flavour = flavour,
        .escapes = streq(paths->directory, "/boot/grub") ? GRUB_ESCAPES_READ : GRUB_ESCAPES_UNKNOWN,
        .embedded = embedded,
    };
    CLEANUP(grub_eval_clear) struct grub_eval eval = {.run = &run, .status = STATUS_UNKNOWN};
    struct grub_collector collector = {.paths = paths, .entries = entries};
    struct grub_walk walk = {.chooser.rules = streq(paths->directory, "/boot/grub")
                                                  ? GRUB_RULES_UPSTREAM
                                                  : GRUB_RULES_ALL,
                             .found = grub_collect,
                             .data = &collector};

    read_modules(paths->root, paths->directory, &modules);
    run.command_list = modules.commands;
    walk.chooser.recent = modules.recent;
    set_variables(paths->root, paths, &eval.env);
    entries->chosen = SIZE_MAX;
    walk.chooser.named = embedded ? embedded->named : NULL;
    if (run_config(&eval, embedded) < 0)
        walk.problem = steal(&run.problem);
    else if (run.bls)
        walk.chooser.rules = flavour == GRUB_FEDORA ? GRUB_RULES_FEDORA : GRUB_RULES_UPSTREAM;
    collector.escapes = run.escapes;
    if (!walk.problem)
        grub_menu_walk(&eval, &walk);
    entries->one_time = find_one_time(&run, paths->directory);
    if (!entries->one_time) /* clearing it is also a write */
        entries->writes = find_write(&run);
    if (walk.problem)
        set_problem(entries, 0, walk.problem);
    else if (entries->chosen >= entries->n)
        set_problem(entries, 0, format("GRUB's default is an empty submenu"));
    else
        entries->chosen_reason =
            format("GRUB's default, %s", entries->entries[entries->chosen].source);
    return run.bls;
}

/* What GRUB starts. Two texts are equal only if that is the same. */
static char *describe(const struct boot_entries *entries)
{
    const struct boot_entry *entry =
        entries->chosen < entries->n ? &entries->entries[entries->chosen] : NULL;
    const char *problem = entries->problem ? entries->problem : entry ? entry->problem : "?";
    char *text;

    if (problem)
        return format("what is not known (%s)", problem);
    text = format("%s %s", entry->kernel, entry->cmdline);
    for (size_t i = 0; i < entry->n_initrds; i++)
        set_text(&text, format("%s initrd=%s", text, entry->initrds[i]));
    return text;
}

static void compare(struct boot_entries *fedora, const struct boot_entries *upstream)
{
    AUTOFREE char *a = describe(fedora), *b = describe(upstream);

    if (!streq(a, b) || !fedora->one_time != !upstream->one_time ||
        !fedora->writes != !upstream->writes)
        set_problem(
            fedora, 0,
            format("whose GRUB this is is not known: Fedora's would start %s, GRUB 2.14 %s", a, b));
}

/* Evaluates the configuration as each GRUB that may be installed, if that can make a difference. */
static void evaluate_all(const struct grub_paths *paths, const struct grub_env *stored,
                         struct boot_entries *entries)
{
    CLEANUP(boot_entries_clear) struct boot_entries other = {0};
    unsigned flavours;

    if (!evaluate(paths, stored, GRUB_FEDORA, NULL, entries))
        return;
    flavours = grub_flavours(paths->root, paths->directory);
    if (flavours == GRUB_FEDORA)
        return;
    (void)evaluate(paths, stored, GRUB_UPSTREAM, NULL, &other);
    if (flavours == GRUB_UPSTREAM) {
        struct boot_entries fedora = *entries;

        *entries = other;
        other = fedora;
    } else {
        compare(entries, &other);
    }
}

static void evaluate_embedded(const struct grub_paths *paths, const struct grub_env *stored,
                              struct boot_entries *entries)
{
    CLEANUP(grub_embedded_clear) struct grub_embedded embedded = {0};
    char *problem = NULL;

    if (grub_embedded_read(paths->root, stored, &embedded, &problem) < 0)
        set_problem(entries, 0, problem);
    else
        (void)evaluate(paths, stored, embedded.flavour, &embedded, entries);
}

static void read_directory(int root, const char *directory, bool embedded,
                           struct boot_entries *entries)
{
    CLEANUP(grub_paths_clear) struct grub_paths paths = {0};
    CLEANUP(grub_env_clear) struct grub_env stored = {0};
    char *problem = NULL;
    int has_stored, r;

    has_stored = read_grubenv(root, directory, &stored, entries);
    if (entries->problem)
        return;
    r = grub_paths_read(root, directory, &paths);
    if (r < 0)
        problem = format("%s: the file system it is on is not known: %s", directory, strerror(-r));
    else
        r = grub_follow_default(&paths, &problem);
    if (problem)
        set_problem(entries, r < 0 ? -r : 0, problem);
    else if (paths.n == 0 && !after_prefix(directory, "/boot/grub"))
        set_problem(entries, 0,
                    format("%s: cannot tell which file systems are mounted", directory));
    else if (embedded)
        evaluate_embedded(&paths, has_stored ? &stored : NULL, entries);
    else
        evaluate_all(&paths, has_stored ? &stored : NULL, entries);
}

static int grub_read(int root, const struct running *running, struct boot_entries *entries)
{
    const char *directory = running->esp_grub ? running->esp_grub : find_directory(root, entries);

    if (directory && !entries->problem)
        read_directory(root, directory, running->embedded, entries);
    if (entries->problem)
        entries->chosen = entries->n;
    return directory || entries->problem;
}

const struct loader loader_grub = {.name = "grub", .read = grub_read};
