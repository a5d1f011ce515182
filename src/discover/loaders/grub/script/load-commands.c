/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The commands that lead somewhere else: to another file, or to what is started. */

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/grub/script/eval.h"

/* source or . in this menu, configfile in one of its own, which then is what is shown. */
int grub_source(struct grub_eval *eval, const struct grub_node *node,
                const struct grub_words *words)
{
    bool fresh = *words->words[0] == 'c';
    const char *root = grub_env_get(&eval->env, "root");
    AUTOFREE char *path = NULL, *why = NULL;
    CLEANUP(grub_env_clear) struct grub_env env = {0};
    CLEANUP(grub_menu_clear) struct grub_menu menu = {0};
    int r;

    if (words->n != 2)
        return STATUS_FAILED;
    if (fresh && (eval->entry || eval->ways > 0))
        return grub_give_up(eval, node, "configfile %s", words->words[1]);
    r = grub_paths_map(eval->run->paths, root ? root : "", words->words[1], &path, &why);
    if (r == -ECANCELED)
        return grub_give_up(eval, node, "%s %s", words->words[0], why);
    if (r < 0 && r != -ENOENT)
        return r;
    if (r == -ENOENT || root_exists(eval->run->paths->root, path) == 0)
        return STATUS_TRUE; /* with a message and nothing else */
    if (!fresh) {
        r = grub_run_file(eval, path);
        return r < 0 ? r : STATUS_TRUE;
    }
    r = grub_env_copy(&eval->env, true, &env);
    if (r < 0)
        return r;
    {
        struct grub_env outer = eval->env;
        struct grub_menu shown = eval->menu;

        eval->env = env;
        eval->menu = menu;
        env = outer;
        menu = shown;
    }
    r = grub_run_file(eval, path);
    if (r >= 0 && !eval->finished && eval->menu.n == 0)
        return grub_give_up(eval, node, "configfile without a menu");
    eval->finished = true;
    return r < 0 ? r : STATUS_TRUE;
}

/* Only in an entry: loads the kernel. */
int grub_linux(struct grub_eval *eval, const struct grub_node *node, const struct grub_words *words)
{
    struct grub_loaded *loaded = &eval->loaded;
    const char *root = grub_env_get(&eval->env, "root");
    int r = 0;

    if (!eval->entry)
        return grub_give_up(eval, node, "%s outside of an entry", words->words[0]);
    if (words->n < 2)
        return grub_give_up(eval, node, "%s without a kernel", words->words[0]);
    if (loaded->problem)
        return STATUS_UNKNOWN;
    grub_loaded_clear(loaded);
    loaded->has_kernel = true;
    loaded->line = node->line;
    loaded->root = strdup(root ? root : "");
    for (size_t i = 1; r >= 0 && i < words->n; i++)
        r = grub_words_add(&loaded->kernel, words->words[i]);
    return r < 0 || !loaded->root ? -ENOMEM : STATUS_UNKNOWN;
}

int grub_initrd(struct grub_eval *eval, const struct grub_node *node,
                const struct grub_words *words)
{
    struct grub_loaded *loaded = &eval->loaded;
    const char *root = grub_env_get(&eval->env, "root");
    int r = 0;

    if (!eval->entry)
        return grub_give_up(eval, node, "%s outside of an entry", words->words[0]);
    if (words->n < 2)
        return STATUS_FAILED;
    if (!loaded->has_kernel)
        return loaded->problem ? STATUS_UNKNOWN : STATUS_FAILED;
    grub_words_clear(&loaded->initrds);
    free(loaded->initrd_root);
    loaded->initrd_root = strdup(root ? root : "");
    for (size_t i = 1; r >= 0 && i < words->n; i++)
        r = grub_words_add(&loaded->initrds, words->words[i]);
    return r < 0 || !loaded->initrd_root ? -ENOMEM : STATUS_UNKNOWN;
}

/* It starts, or gives to what is started, what kexec cannot. */
int grub_other(struct grub_eval *eval, const struct grub_node *node, const struct grub_words *words)
{
    if (words->n == 2 && streq(words->words[1], "--is-supported")) /* a question of fwsetup's */
        return STATUS_UNKNOWN;
    if (!eval->entry)
        return grub_give_up(eval, node, "%s outside of an entry", words->words[0]);
    if (!eval->loaded.problem) {
        eval->loaded.problem = format("%s:%u: `%s` is nothing that kexec can do", node->file,
                                      node->line, words->words[0]);
        if (!eval->loaded.problem)
            return -ENOMEM;
    }
    return STATUS_UNKNOWN;
}

int grub_boot(struct grub_eval *eval, const struct grub_node *node, const struct grub_words *words)
{
    (void)words;
    if (!eval->entry)
        return grub_give_up(eval, node, "boot outside of an entry");
    eval->finished = true;
    return STATUS_TRUE;
}
