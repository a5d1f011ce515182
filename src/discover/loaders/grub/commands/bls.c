/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* blscfg puts the entries of /loader/entries into the menu. Fedora's GRUB had the command first, in
 * a patch; GRUB 2.14 has a different one of that name. grub.c runs the configuration as each of
 * them and so finds out whether they differ. */

#include "discover/loaders/grub/commands/bls.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "base/version.h"
#include "discover/loaders/grub/commands/command.h"

struct files {
    struct grub_bls_file *files;
    size_t n;
};

static void files_clear(struct files *files)
{
    for (size_t i = 0; i < files->n; i++)
        grub_bls_clear(&files->files[i]);
    free(files->files);
}

static bool is_configuration(const char *path)
{
    size_t n = strlen(path);

    return n >= strlen(".conf") && streq(path + n - strlen(".conf"), ".conf");
}

static int is_upstream_file(const char *name)
{
    return is_configuration(name);
}

static int is_fedora_file(const char *name)
{
    return *name != '.' && strlen(name) > strlen(".conf") && is_configuration(name);
}

/* Above 0 if `a` is the newer one, or 0 if that is not known. */
static int compare(enum grub_flavour flavour, const struct grub_bls_file *a,
                   const struct grub_bls_file *b)
{
    int old, new;

    if (flavour == GRUB_UPSTREAM)
        return version_compare_file(a->name, b->name);
    old = version_compare_package(a->id, b->id, false);
    new = version_compare_package(a->id, b->id, true); /* since Fedora 33 and RHEL 9 */
    return (old > 0) == (new > 0) && (old < 0) == (new < 0) ? old : 0;
}

/* Newest first, by insertion as in GRUB. Of two equal ones GRUB keeps the one that the file system
 * lists first; which one that is cannot be known here. */
static int insert(struct grub_eval *eval, const struct grub_node *node, struct files *files,
                  struct grub_bls_file *file)
{
    size_t at = 0;

    for (; at < files->n; at++) {
        int order = compare(eval->run->flavour, file, &files->files[at]);

        if (order == 0)
            return grub_give_up(eval, node,
                                "which of %s and %s GRUB takes for the newer one is not known",
                                files->files[at].path, file->path);
        if (order > 0)
            break;
    }
    memmove(&files->files[at + 1], &files->files[at], (files->n - at) * sizeof(*files->files));
    files->files[at] = *file;
    files->n++;
    *file = (struct grub_bls_file){0};
    return 0;
}

static int read_file(struct grub_eval *eval, const struct grub_node *node, const char *directory,
                     const char *name, struct files *files)
{
    CLEANUP(grub_bls_clear) struct grub_bls_file file = {0};
    const char *inner = strstr(name, ".conf");
    AUTOFREE char *problem = NULL;
    int r;

    /* Whether such names are distinguished depends on the version of GRUB. */
    if (*name == '.' || (inner && inner[strlen(".conf")]))
        return grub_give_up(eval, node, "%s/%s: this name is not supported", directory, name);
    r = grub_bls_read(eval->run->paths->root, directory, name, eval->run->flavour, &file, &problem);
    if (r < 0 && !eval->run->problem)
        eval->run->problem = steal(&problem);
    if (r >= 0)
        r = grub_spend(eval, node, 16 + file.n);
    return r < 0 ? r : insert(eval, node, files, &file);
}

static int read_files(struct grub_eval *eval, const struct grub_node *node, const char *directory,
                      struct files *files)
{
    CLEANUP(names_freep) char **names = NULL;
    int n = root_names(eval->run->paths->root, directory,
                       eval->run->flavour == GRUB_FEDORA ? is_fedora_file : is_upstream_file,
                       GRUB_BLS_MAX_FILES, &names),
        r = 0;

    if (n == -E2BIG)
        return grub_give_up(eval, node, "%s: more than %d boot entries", directory,
                            GRUB_BLS_MAX_FILES);
    if (n < 0)
        return grub_give_up(eval, node, "%s: %s", directory, strerror(-n));
    files->files = xcalloc((size_t)n + 1, sizeof(*files->files));
    for (int i = 0; r >= 0 && i < n; i++)
        r = read_file(eval, node, directory, names[i], files);
    return r;
}

/* Returns 1 and the directory on `device`, below the root; 0 if it does not exist; or
 * -ECANCELED. */
static int find_on(struct grub_eval *eval, const struct grub_node *node, const char *device,
                   const char *name, char **ret_path)
{
    AUTOFREE char *path = NULL, *why = NULL;
    size_t n = strlen(name);
    AUTOFREE char *plain = xstrndup(name, n > 1 && name[n - 1] == '/' ? n - 1 : n);
    int r = grub_paths_map(eval->run->paths, device, plain, &path, &why);

    if (r == -ECANCELED || r > 0)
        return grub_give_up(eval, node, "boot entries: %s", why);
    if (r >= 0)
        r = root_exists(eval->run->paths->root, path);
    if (r == 1)
        *ret_path = steal(&path);
    if (r == -ENOENT)
        return 0;
    return r < 0 ? grub_give_up(eval, node, "boot entries: %s", strerror(-r)) : r;
}

/* $root on EFI, otherwise $boot. If the two differ, it must be known which GRUB this is. */
static int fedora_device(struct grub_eval *eval, const struct grub_node *node,
                         const char **ret_device)
{
    const char *root = grub_env_get(&eval->env, "root"), *boot = grub_env_get(&eval->env, "boot");
    bool efi = root_exists(eval->run->paths->root, "sys/firmware/efi") == 1;

    if (!root || (!efi && !boot))
        return grub_give_up(eval, node, "boot entries: $%s is not set", root ? "boot" : "root");
    if (!efi && !streq(root, boot))
        return grub_give_up(eval, node, "boot entries: $boot and $root differ");
    *ret_device = root;
    return 0;
}

static int find_fedora(struct grub_eval *eval, const struct grub_node *node,
                       const struct grub_words *words, char **ret_path)
{
    const char *directory = grub_env_get(&eval->env, "blsdir"), *device = NULL;
    int r;

    if (words->n > 1)
        return grub_give_up(eval, node, "%s %s is not supported", words->words[0], words->words[1]);
    r = fedora_device(eval, node, &device);
    if (r >= 0)
        r = find_on(eval, node, device, directory ? directory : "/loader/entries", ret_path);
    return r != 0 ? r : find_on(eval, node, device, "/boot/loader/entries", ret_path);
}

/* Of the options of GRUB 2.14, only --path DIRECTORY is supported. */
static int find_upstream(struct grub_eval *eval, const struct grub_node *node,
                         const struct grub_words *words, char **ret_path)
{
    const char *root = grub_env_get(&eval->env, "root"), *directory = "/loader/entries";

    for (size_t i = 1; i < words->n; i++) {
        const char *word = words->words[i],
                   *value = streq(word, "-p") || grub_is_option(word, "--path")
                                ? grub_option_value(words, &i)
                                : NULL;

        if (!value || *value != '/' || is_configuration(value))
            return grub_give_up(eval, node, "%s %s is not supported", words->words[0], word);
        directory = value;
    }
    return find_on(eval, node, root ? root : "", directory, ret_path);
}

int grub_blscfg(struct grub_eval *eval, const struct grub_node *node,
                const struct grub_words *words)
{
    struct grub_run *run = eval->run;
    CLEANUP(files_clear) struct files files = {0};
    AUTOFREE char *directory = NULL;
    int r;

    if (eval->entry || eval->ways > 0 || run->bls || streq(words->words[0], "uki"))
        return grub_give_up(eval, node, "%s %s is not supported", words->words[0],
                            run->bls ? "for the second time" : "at this place");
    run->bls = true;
    if (!run->embedded)
        run->escapes = run->flavour == GRUB_FEDORA ? GRUB_ESCAPES_KEPT : GRUB_ESCAPES_READ;
    if (run->flavour == GRUB_UPSTREAM && streq(words->words[0], "bls_import"))
        return STATUS_FAILED; /* the command does not exist */
    r = run->flavour == GRUB_FEDORA ? find_fedora(eval, node, words, &directory)
                                    : find_upstream(eval, node, words, &directory);
    if (r > 0)
        r = read_files(eval, node, directory, &files);
    for (size_t i = 0; r >= 0 && i < files.n; i++)
        r = grub_bls_add(eval, node, &files.files[i]);
    return r < 0 ? r : STATUS_UNKNOWN;
}
