/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* blscfg: the entries of /loader/entries, put into the menu. Fedora had the command first, in a
 * patch of its own; GRUB 2.14 has another one of that name. What the two would do differently is
 * found by running the configuration once as each of them, see loader-grub.c. */

#include "discover/loaders/grub/script/bls.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "base/version.h"

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

static int is_upstream_file(const char *name)
{
    size_t n = strlen(name);

    return n >= strlen(".conf") && streq(name + n - strlen(".conf"), ".conf");
}

static int is_fedora_file(const char *name)
{
    return *name != '.' && strlen(name) > strlen(".conf") && is_upstream_file(name);
}

/* Above 0 when `a` is the newer one. */
static int compare(enum grub_flavour flavour, const struct grub_bls_file *a,
                   const struct grub_bls_file *b, int *ret_order)
{
    if (flavour == GRUB_UPSTREAM)
        *ret_order = version_compare_file(a->name, b->name);
    else
        *ret_order = version_compare_package(a->id, b->id);
    return 0;
}

/* Newest first, by insertion as GRUB does it. Of two that are equal it keeps whichever the file
 * system names first. */
static int insert(struct grub_eval *eval, const struct grub_node *node, struct files *files,
                  struct grub_bls_file *file)
{
    size_t at = files->n;

    for (size_t i = 0; i < files->n && at == files->n; i++) {
        int order, r = compare(eval->run->flavour, file, &files->files[i], &order);

        if (r < 0)
            return r;
        if (order == 0)
            return grub_give_up(eval, node, "%s and %s are one version to GRUB",
                                files->files[i].path, file->path);
        if (order > 0)
            at = i;
    }
    memmove(&files->files[at + 1], &files->files[at], (files->n - at) * sizeof(*files->files));
    files->files[at] = *file;
    files->n++;
    *file = (struct grub_bls_file){0};
    return 0;
}

/* What has no loop in it: names that would keep GRUB, or us, from telling them apart. */
static int check_name(struct grub_eval *eval, const struct grub_node *node, const char *directory,
                      const char *name)
{
    const char *inner = strstr(name, ".conf");

    if (*name == '.' || (inner && inner[strlen(".conf")]))
        return grub_give_up(eval, node, "%s/%s: an odd name", directory, name);
    return 0;
}

static int read_files(struct grub_eval *eval, const struct grub_node *node, const char *directory,
                      struct files *files)
{
    struct grub_run *run = eval->run;
    CLEANUP(names_freep) char **names = NULL;
    int n = root_names(run->paths->root, directory,
                       run->flavour == GRUB_FEDORA ? is_fedora_file : is_upstream_file,
                       GRUB_BLS_MAX_FILES, &names),
        r = n;

    if (n == -E2BIG)
        return grub_give_up(eval, node, "%s: more than %d entries", directory, GRUB_BLS_MAX_FILES);
    if (n < 0)
        return n == -ENOMEM ? n : grub_give_up(eval, node, "%s: %s", directory, strerror(-n));
    files->files = calloc((size_t)n + 1, sizeof(*files->files));
    if (!files->files)
        return -ENOMEM;
    for (int i = 0; r >= 0 && i < n; i++) {
        CLEANUP(grub_bls_clear) struct grub_bls_file file = {0};
        AUTOFREE char *problem = NULL;

        r = check_name(eval, node, directory, names[i]);
        if (r >= 0)
            r = grub_bls_read(run->paths->root, directory, names[i], run->flavour, &file, &problem);
        if (r == -ECANCELED && problem && !run->problem)
            run->problem = steal(&problem);
        if (r >= 0)
            r = grub_spend(eval, node, 16 + file.n);
        if (r >= 0)
            r = insert(eval, node, files, &file);
    }
    return r;
}

/* 1 and the directory on `device`, below the root, or 0 when it is not there. */
static int find_on(struct grub_eval *eval, const struct grub_node *node, const char *device,
                   const char *name, char **ret_path)
{
    AUTOFREE char *path = NULL, *why = NULL;
    size_t n = strlen(name);
    AUTOFREE char *plain = strndup(name, n > 1 && name[n - 1] == '/' ? n - 1 : n);
    int r = plain ? grub_paths_map(eval->run->paths, device, plain, &path, &why) : -ENOMEM;

    if (r == -ECANCELED)
        return grub_give_up(eval, node, "boot entries: %s", why);
    if (r == -ENOENT)
        return 0;
    if (r >= 0)
        r = root_exists(eval->run->paths->root, path);
    if (r == 1)
        *ret_path = steal(&path);
    return r < 0 && r != -ENOMEM ? grub_give_up(eval, node, "boot entries: %s", strerror(-r)) : r;
}

/* $root on EFI and $boot elsewhere; where these are not one device it matters which it is. */
static int fedora_device(struct grub_eval *eval, const struct grub_node *node,
                         const char **ret_device)
{
    const char *root = grub_env_get(&eval->env, "root"), *boot = grub_env_get(&eval->env, "boot");
    bool efi = root_exists(eval->run->paths->root, "sys/firmware/efi") == 1;

    if (!root || (!efi && !boot))
        return grub_give_up(eval, node, "boot entries: $%s is not set", root ? "boot" : "root");
    if (!efi && !streq(root, boot))
        return grub_give_up(eval, node, "boot entries: $boot and $root are not the same");
    *ret_device = root;
    return 0;
}

static int find_fedora(struct grub_eval *eval, const struct grub_node *node,
                       const struct grub_words *words, char **ret_path)
{
    const char *directory = grub_env_get(&eval->env, "blsdir"), *device = NULL;
    int r;

    if (words->n > 1)
        return grub_give_up(eval, node, "%s %s", words->words[0], words->words[1]);
    r = fedora_device(eval, node, &device);
    if (r >= 0)
        r = find_on(eval, node, device, directory ? directory : "/loader/entries", ret_path);
    return r != 0 ? r : find_on(eval, node, device, "/boot/loader/entries", ret_path);
}

/* --path DIRECTORY alone, of the options that 2.14 has. */
static int find_upstream(struct grub_eval *eval, const struct grub_node *node,
                         const struct grub_words *words, char **ret_path)
{
    const char *root = grub_env_get(&eval->env, "root"), *directory = "/loader/entries";

    for (size_t i = 1; i < words->n; i++) {
        const char *word = words->words[i],
                   *value = streq(word, "-p") || grub_is_option(word, "--path")
                                ? grub_option_value(words, &i)
                                : NULL;
        size_t n = value ? strlen(value) : 0;

        if (!value || *value != '/' ||
            (n >= strlen(".conf") && streq(value + n - strlen(".conf"), ".conf")))
            return grub_give_up(eval, node, "%s %s", words->words[0], word);
        directory = value;
    }
    return find_on(eval, node, root ? root : "", directory, ret_path);
}

int grub_bls(struct grub_eval *eval, const struct grub_node *node, const struct grub_words *words)
{
    struct grub_run *run = eval->run;
    CLEANUP(files_clear) struct files files = {0};
    AUTOFREE char *directory = NULL;
    int r;

    if (eval->entry || eval->ways > 0 || run->bls || streq(words->words[0], "uki"))
        return grub_give_up(eval, node, "%s%s", words->words[0],
                            run->bls ? " once more" : " in this place");
    run->bls = true;
    if (run->flavour == GRUB_UPSTREAM && streq(words->words[0], "bls_import"))
        return STATUS_FAILED; /* no such command */
    r = run->flavour == GRUB_FEDORA ? find_fedora(eval, node, words, &directory)
                                    : find_upstream(eval, node, words, &directory);
    if (r > 0)
        r = read_files(eval, node, directory, &files);
    for (size_t i = 0; r >= 0 && i < files.n; i++)
        r = grub_bls_add(eval, node, &files.files[i]);
    return r < 0 ? r : STATUS_UNKNOWN;
}
