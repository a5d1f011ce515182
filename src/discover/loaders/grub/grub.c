/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GRUB: its configuration is run as GRUB would run it, as far as that is possible without the
 * machine, and where it is not, the answer is that it is not known. Never a guess. */

#include <errno.h>

#include "base/efivar.h"
#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/grub/collect.h"
#include "discover/loaders/grub/flavour.h"
#include "discover/loaders/grub/grubenv.h"
#include "discover/loaders/loader.h"

static const char *const DIRECTORIES[] = {"/boot/grub", "/boot/grub2"};

enum {
    MAX_ESP_CONFIG = 1024 * 1024,
};

/* The loader that started this kernel says its name; GRUB has done so since 2.12, shim never. */
static int is_other_loader(int root)
{
    AUTOFREE char *info = NULL;
    int r = efivar_read_text(root, "LoaderInfo-" EFI_GUID_LOADER, &info);

    if (r == -ENOMEM)
        return r;
    return r > 0 && !after_prefix(info, "GRUB");
}

static int set_problem(struct boot_entries *entries, int error, char *problem)
{
    if (!problem)
        return -ENOMEM;
    free(entries->problem);
    entries->problem = problem;
    entries->problem_error = error;
    return 0;
}

/* The directory with grub.cfg; with two of them it is not known which one GRUB reads. */
static int find_directory(int root, struct boot_entries *entries, const char **ret_directory)
{
    AUTOFREE char *first = NULL;

    *ret_directory = NULL;
    for (size_t i = 0; i < ELEMENTS(DIRECTORIES); i++) {
        AUTOFREE char *path = format("%s/grub.cfg", DIRECTORIES[i]), *resolved = NULL;
        int r = path ? root_resolve(root, path, &resolved, NULL, NULL) : -ENOMEM;

        if (r == -ENOENT || r == -ENOTDIR)
            continue;
        if (r == -ENOMEM)
            return r;
        if (r < 0)
            return set_problem(entries, -r, format("%s: %s", path, strerror(-r))) < 0 ? -ENOMEM : 1;
        if (!*ret_directory) {
            *ret_directory = DIRECTORIES[i];
            first = steal(&resolved);
        } else if (!streq(first, resolved)) {
            return set_problem(entries, 0,
                               format("both /boot/grub/grub.cfg and /boot/grub2/grub.cfg are "
                                      "there")) < 0
                       ? -ENOMEM
                       : 1;
        }
    }
    return *ret_directory != NULL;
}

/* An old Fedora or RHEL has its real configuration on the ESP. A stub there only leads here. */
static int check_esp(int root, const char *directory, struct boot_entries *entries)
{
    static const char *const VENDORS[] = {"fedora", "redhat", "centos", "rocky", "almalinux", "ol"};

    if (!streq(directory, "/boot/grub2") || root_exists(root, "sys/firmware/efi") != 1)
        return 0;
    for (size_t i = 0; i < ELEMENTS(VENDORS); i++) {
        AUTOFREE char *path = format("/boot/efi/EFI/%s/grub.cfg", VENDORS[i]), *text = NULL;
        int r = path ? root_read(root, path, MAX_ESP_CONFIG, &text, NULL) : -ENOMEM;

        if (r == -ENOMEM)
            return r;
        if (r >= 0 && (strstr(text, "menuentry") || strstr(text, "blscfg")))
            return set_problem(entries, 0, format("%s has entries, too", path));
    }
    return 0;
}

/* 1 and what is stored, 0 without a grubenv. A broken one is a problem: GRUB would use a part. */
static int read_grubenv(int root, const char *directory, struct grub_env *ret_env,
                        struct boot_entries *entries)
{
    AUTOFREE char *path = format("%s/grubenv", directory), *text = NULL, *untrusted = NULL;
    AUTOCLOSE int fd = path ? root_open(root, path, &untrusted) : -ENOMEM;
    size_t length;
    int r = fd;

    if (r == -ENOENT || r == -ENOMEM)
        return r == -ENOENT ? 0 : r;
    if (r >= 0 && untrusted)
        return set_problem(entries, 0, format("%s: %s", path, untrusted));
    if (r >= 0)
        r = fd_read(fd, GRUBENV_MAX, &text, &length);
    if (r >= 0)
        r = grubenv_parse(text, length, ret_env);
    if (r >= 0 || r == -ENOMEM)
        return r < 0 ? r : 1;
    r = set_problem(entries, r == -EBADMSG ? 0 : -r,
                    format("%s: %s", path, r == -EBADMSG ? "broken" : strerror(-r)));
    return r;
}

/* What every GRUB since 2.02 sets before it reads its configuration. */
static int set_variables(int root, const struct grub_paths *paths, struct grub_env *env)
{
    static const char *const FEATURES[] = {
        "feature_chainloader_bpb",      "feature_ntldr",
        "feature_platform_search_hint", "feature_default_font_path",
        "feature_all_video_module",     "feature_menuentry_id",
        "feature_menuentry_options",    "feature_200_final",
        "feature_nativedisk_cmd",       "feature_timeout_style"};
    static const char *const SECRETS[] = {"grub_cpu",     "net_default_server",
                                          "shim_lock",    "lockdown",
                                          "cmdpath",      "fw_path",
                                          "lang",         "pager",
                                          "color_normal", "color_highlight",
                                          "config_file"};
    AUTOFREE char *home = format("(%s)%s", GRUB_HOME, paths->inside);
    const char *platform = root_exists(root, "sys/firmware/efi") == 1    ? "efi"
                           : root_exists(root, "sys/firmware/acpi") == 1 ? "pc"
                                                                         : NULL;
    AUTOFREE char *unknown = grub_unknown("the machine");
    int r = home && unknown ? 0 : -ENOMEM;

    for (size_t i = 0; r >= 0 && i < ELEMENTS(FEATURES); i++)
        if ((r = grub_env_set(env, FEATURES[i], "y")) >= 0)
            r = grub_env_export(env, FEATURES[i]);
    for (size_t i = 0; r >= 0 && i < ELEMENTS(SECRETS); i++)
        if ((r = grub_env_set(env, SECRETS[i], unknown)) >= 0)
            r = grub_env_export(env, SECRETS[i]);
    if (r >= 0 && (r = grub_env_set(env, "root", GRUB_HOME)) >= 0)
        r = grub_env_export(env, "root");
    if (r >= 0 && (r = grub_env_set(env, "prefix", home)) >= 0)
        r = grub_env_export(env, "prefix");
    if (r >= 0 && (r = grub_env_set(env, "config_directory", home)) >= 0)
        r = grub_env_export(env, "config_directory");
    if (r >= 0 && (r = grub_env_set(env, "grub_platform", platform ? platform : unknown)) >= 0)
        r = grub_env_export(env, "grub_platform");
    return r == -E2BIG ? -ENOMEM : r;
}

/* An entry for one boot, or anything else that GRUB would do once and write down: the reboot has to
 * go through GRUB. */
static int find_one_time(const struct grub_run *run, const char *directory,
                         struct boot_entries *entries)
{
    const char *next = run->stored ? grub_env_get(run->stored, "next_entry") : NULL;

    if (next && *next)
        entries->one_time = format("grub-reboot asked for entry \"%s\" once (next_entry in "
                                   "%s/grubenv), and only GRUB obeys and clears it",
                                   next, directory);
    else if (run->n_saved > 0 && !*run->saved[0].value)
        entries->one_time =
            format("GRUB would clear %s in %s/grubenv", run->saved[0].name, directory);
    else if (run->n_saved > 0)
        entries->one_time =
            format("GRUB would set %s to \"%s\" in %s/grubenv", run->saved[0].name,
                   grub_has_mark(run->saved[0].value) ? "?" : run->saved[0].value, directory);
    else
        return 0;
    return entries->one_time ? 0 : -ENOMEM;
}

/* *ret_bls: the configuration took entries of the Boot Loader Specification. */
static int evaluate(const struct grub_paths *paths, const struct grub_env *stored,
                    enum grub_flavour flavour, struct boot_entries *entries, bool *ret_bls)
{
    CLEANUP(grub_run_clear)
    struct grub_run run = {.paths = paths, .stored = stored, .flavour = flavour};
    CLEANUP(grub_eval_clear) struct grub_eval eval = {.run = &run, .status = STATUS_UNKNOWN};
    struct grub_collector collector = {.paths = paths, .entries = entries};
    struct grub_walk walk = {.rules = streq(paths->directory, "/boot/grub2") ? GRUB_RULES_ALL
                                                                             : GRUB_RULES_UPSTREAM,
                             .found = grub_collect,
                             .data = &collector};
    AUTOFREE char *path = format("%s/grub.cfg", paths->directory);
    int r = path ? set_variables(paths->root, paths, &eval.env) : -ENOMEM;

    entries->chosen = (size_t)-1;
    if (r >= 0)
        r = grub_run_file(&eval, path);
    if (run.bls)
        walk.rules = flavour == GRUB_FEDORA ? GRUB_RULES_FEDORA : GRUB_RULES_UPSTREAM;
    if (r == -ECANCELED)
        r = set_problem(entries, 0, steal(&run.problem));
    else if (r >= 0)
        r = grub_menu_walk(&eval, &walk);
    *ret_bls = run.bls;
    if (r >= 0)
        r = find_one_time(&run, paths->directory, entries);
    if (r >= 0 && walk.problem)
        return set_problem(entries, 0, walk.problem);
    free(walk.problem);
    if (r < 0 || entries->problem)
        return r;
    if (entries->chosen >= entries->n)
        return set_problem(entries, 0, format("GRUB's default is a submenu without an entry"));
    entries->chosen_reason = format("GRUB's default, %s", entries->entries[entries->chosen].source);
    return entries->chosen_reason ? 0 : -ENOMEM;
}

/* What a GRUB starts, in words that are equal only for the same. */
static char *describe(const struct boot_entries *entries)
{
    const struct boot_entry *entry =
        entries->chosen < entries->n ? &entries->entries[entries->chosen] : NULL;
    const char *problem = entries->problem ? entries->problem : entry ? entry->problem : NULL;
    char *text = problem || !entry ? format("nothing for certain (%s)", problem ? problem : "?")
                                   : format("%s %s", entry->kernel, entry->cmdline);

    for (size_t i = 0; text && !problem && entry && i < entry->n_initrds; i++) {
        AUTOFREE char *before = text;

        text = format("%s initrd=%s", before, entry->initrds[i]);
    }
    return text;
}

static int compare(struct boot_entries *fedora, const struct boot_entries *upstream)
{
    AUTOFREE char *a = describe(fedora), *b = describe(upstream);
    bool once = fedora->one_time || upstream->one_time;

    if (!a || !b)
        return -ENOMEM;
    if (streq(a, b) && (!once || (fedora->one_time && upstream->one_time)))
        return 0;
    return set_problem(fedora, 0,
                       format("it is not known whose GRUB runs: Fedora's would start %s, GRUB 2.14 "
                              "%s",
                              a, b));
}

/* As each GRUB that may be there would do it, where that can make a difference. */
static int evaluate_all(const struct grub_paths *paths, const struct grub_env *stored,
                        struct boot_entries *entries)
{
    CLEANUP(boot_entries_clear) struct boot_entries other = {0};
    unsigned flavours;
    bool bls;
    int r = evaluate(paths, stored, GRUB_FEDORA, entries, &bls);

    if (r < 0 || !bls)
        return r;
    r = grub_flavours(paths->root, paths->directory, &flavours);
    if (r < 0 || flavours == GRUB_FEDORA)
        return r;
    r = evaluate(paths, stored, GRUB_UPSTREAM, &other, &bls);
    if (r >= 0 && flavours != GRUB_UPSTREAM)
        return compare(entries, &other);
    if (r >= 0) {
        struct boot_entries both = *entries;

        *entries = other;
        other = both;
    }
    return r;
}

static int grub_read(int root, const char *unused, struct boot_entries *entries)
{
    CLEANUP(grub_paths_clear) struct grub_paths paths = {0};
    CLEANUP(grub_env_clear) struct grub_env stored = {0};
    const char *directory = NULL;
    int r = is_other_loader(root), has_stored = 0;

    (void)unused;
    if (r != 0)
        return r < 0 ? r : 0;
    r = find_directory(root, entries, &directory);
    if (r <= 0 || entries->problem)
        return r;
    r = check_esp(root, directory, entries);
    if (r >= 0 && !entries->problem)
        r = has_stored = read_grubenv(root, directory, &stored, entries);
    if (r >= 0 && !entries->problem) {
        r = grub_paths_read(root, directory, &paths);
        if (r < 0 && r != -ENOMEM)
            r = set_problem(
                entries, -r,
                format("%s: where its file system is mounted: %s", directory, strerror(-r)));
        else if (r >= 0)
            r = evaluate_all(&paths, has_stored > 0 ? &stored : NULL, entries);
    }
    if (entries->problem)
        entries->chosen = entries->n;
    return r < 0 ? r : 1;
}

const struct loader loader_grub = {.name = "grub", .read = grub_read};
