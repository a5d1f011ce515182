/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/script/source.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"

/* configfile: the file's menu replaces this one; only exported variables are passed on. */
static int run_menu(struct grub_eval *eval, const struct grub_node *node, const char *path)
{
    struct grub_env env;
    int r;

    grub_env_copy(&eval->env, true, &env);
    grub_env_clear(&eval->env);
    grub_menu_clear(&eval->menu);
    eval->env = env;
    r = grub_run_file(eval, path);
    if (r >= 0 && !eval->finished && eval->menu.n == 0)
        return grub_give_up(eval, node, "configfile: %s has no menu entries", path);
    eval->finished = true;
    return r < 0 ? r : STATUS_TRUE;
}

/* source and . add to this menu. */
int grub_source(struct grub_eval *eval, const struct grub_node *node,
                const struct grub_words *words)
{
    bool fresh = streq(words->words[0], "configfile");
    const char *root = grub_env_get(&eval->env, "root");
    AUTOFREE char *path = NULL, *why = NULL;
    int r;

    if (words->n != 2)
        return STATUS_FAILED;
    if (fresh && (eval->entry || eval->ways > 0))
        return grub_give_up(eval, node, "configfile %s in %s", words->words[1],
                            eval->entry ? "a menu entry"
                                        : "a condition that only GRUB can evaluate");
    r = grub_paths_map(eval->run->paths, root ? root : "", words->words[1], &path, &why);
    if (r == -ECANCELED)
        return grub_give_up(eval, node, "%s %s", words->words[0], why);
    if (r == -ENOENT || root_exists(eval->run->paths->root, path) == 0)
        return STATUS_TRUE; /* GRUB shows a message and continues */
    if (fresh)
        return run_menu(eval, node, path);
    r = grub_run_file(eval, path);
    return r < 0 ? r : STATUS_TRUE;
}
