/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GRUB: its configuration is run as GRUB would run it, as far as that is possible without the
 * machine, and where it is not, the answer is that it is not known. Never a guess. */

#include <ctype.h>
#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/efivar.h"
#include "discover/grub-menu.h"
#include "discover/grubenv.h"
#include "discover/loader.h"

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
    AUTOFREE char *path = format("%s/grubenv", directory), *text = NULL;
    size_t length;
    int r = path ? root_read(root, path, GRUBENV_MAX, &text, &length) : -ENOMEM;

    if (r == -ENOENT || r == -ENOMEM)
        return r == -ENOENT ? 0 : r;
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
    else if (run->n_saved > 0)
        entries->one_time =
            format("GRUB would set %s to \"%s\" in %s/grubenv", run->saved[0].name,
                   grub_has_mark(run->saved[0].value) ? "?" : run->saved[0].value, directory);
    else
        return 0;
    return entries->one_time ? 0 : -ENOMEM;
}

struct collector {
    const struct grub_paths *paths;
    struct boot_entries *entries;
};

/* GRUB's quoting of the kernel's parameters: " around those with a blank, \ before \ ' and ". */
static char *make_cmdline(const struct grub_words *words)
{
    size_t size = 1;
    char *text, *out;

    for (size_t i = 1; i < words->n; i++)
        size += 2 * strlen(words->words[i]) + 3;
    text = out = malloc(size);
    for (size_t i = 1; text && i < words->n; i++) {
        const char *quote = strchr(words->words[i], ' ') ? "\"" : "";

        out = stpcpy(stpcpy(out, i > 1 ? " " : ""), quote);
        for (const char *c = words->words[i]; *c; c++) {
            if (strchr("\\'\"", *c))
                *out++ = '\\';
            *out++ = *c;
        }
        out = stpcpy(out, quote);
    }
    if (text)
        *out = 0;
    return text;
}

/* What cannot be handed over as GRUB would; NULL in *ret_problem when everything can. */
static int check_words(const struct grub_words *words, char **ret_problem)
{
    for (size_t i = 0; i < words->n; i++) {
        const char *word = words->words[i], *escape = strstr(word, "\\x");
        AUTOFREE char *why = NULL;
        int r = grub_why_unknown(word, &why);

        if (r < 0)
            return r;
        if (i > 0 && (why || grub_has_mark(word)))
            *ret_problem = format("a parameter is not known: %s", why ? why : "a device");
        else if (i > 0 && escape && isxdigit((unsigned char)escape[2]))
            *ret_problem = format("%s is quoted differently by versions of GRUB", word);
        else if (after_prefix(word, "newc:"))
            *ret_problem = format("%s: an archive that GRUB makes", word);
        else
            continue;
        return *ret_problem ? 0 : -ENOMEM;
    }
    return 0;
}

static int map_all(const struct grub_paths *paths, const char *device,
                   const struct grub_words *names, size_t n, struct grub_words *ret_paths,
                   char **ret_problem)
{
    for (size_t i = 0; i < n; i++) {
        AUTOFREE char *path = NULL;
        int r = grub_paths_map(paths, device, names->words[i], &path, ret_problem);

        if (r >= 0)
            r = grub_words_add(ret_paths, path);
        if (r == -ECANCELED || r == -ENOENT)
            return 0;
        if (r < 0)
            return r;
    }
    return 0;
}

static int describe(const struct collector *collector, const struct grub_found *found,
                    struct grub_words *kernel, struct grub_words *initrds, char **ret_problem)
{
    const struct grub_loaded *loaded = found->loaded;
    int r;

    if (found->problem || loaded->problem || !loaded->has_kernel) {
        *ret_problem = found->problem    ? strdup(found->problem)
                       : loaded->problem ? strdup(loaded->problem)
                                         : strdup("it starts no Linux kernel");
        return *ret_problem ? 0 : -ENOMEM;
    }
    r = check_words(&loaded->kernel, ret_problem);
    for (size_t i = 0; r >= 0 && !*ret_problem && i < loaded->initrds.n; i++)
        if (after_prefix(loaded->initrds.words[i], "newc:"))
            r = (*ret_problem = strdup("an initrd that GRUB makes (newc:)")) ? 0 : -ENOMEM;
    if (r >= 0 && !*ret_problem)
        r = map_all(collector->paths, loaded->root, &loaded->kernel, 1, kernel, ret_problem);
    if (r >= 0 && !*ret_problem && loaded->initrds.n > 0)
        r = map_all(collector->paths, loaded->initrd_root, &loaded->initrds, loaded->initrds.n,
                    initrds, ret_problem);
    return r;
}

static int collect(void *data, const struct grub_found *found)
{
    struct collector *collector = data;
    struct boot_entries *entries = collector->entries;
    CLEANUP(grub_words_clear) struct grub_words kernel = {0}, initrds = {0};
    AUTOFREE char *problem = NULL, *cmdline = NULL, *source = NULL;
    int r = describe(collector, found, &kernel, &initrds, &problem);

    if (r < 0)
        return r;
    source = format("%s:%u", found->file, found->line);
    cmdline = problem ? NULL : make_cmdline(&found->loaded->kernel);
    if (!source || (!problem && !cmdline))
        return -ENOMEM;
    if (problem)
        r = boot_entries_add_unbootable(entries, found->id, found->title, problem, source);
    else
        r = boot_entries_add(entries, found->id, found->title, kernel.words[0], initrds.words,
                             initrds.n, cmdline, source);
    if (r < 0)
        return r;
    if (found->chosen)
        entries->chosen = entries->n - 1;
    return 0;
}

static int evaluate(const struct grub_paths *paths, const struct grub_env *stored,
                    struct boot_entries *entries)
{
    CLEANUP(grub_run_clear) struct grub_run run = {.paths = paths, .stored = stored};
    CLEANUP(grub_eval_clear) struct grub_eval eval = {.run = &run, .status = STATUS_UNKNOWN};
    struct collector collector = {.paths = paths, .entries = entries};
    struct grub_walk walk = {
        .strict = streq(paths->directory, "/boot/grub2"), .found = collect, .data = &collector};
    AUTOFREE char *path = format("%s/grub.cfg", paths->directory);
    int r = path ? set_variables(paths->root, paths, &eval.env) : -ENOMEM;

    entries->chosen = (size_t)-1;
    if (r >= 0)
        r = grub_run_file(&eval, path);
    if (r == -ECANCELED)
        r = set_problem(entries, 0, steal(&run.problem));
    else if (r >= 0)
        r = grub_menu_walk(&eval, &walk);
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
            r = evaluate(&paths, has_stored > 0 ? &stored : NULL, entries);
    }
    if (entries->problem)
        entries->chosen = entries->n;
    return r < 0 ? r : 1;
}

const struct loader loader_grub = {.name = "grub", .read = grub_read};
