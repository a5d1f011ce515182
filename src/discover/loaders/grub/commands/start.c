/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The commands that load and start something. They only work in a menu entry. */

#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"

static char *copy_root(const struct grub_eval *eval)
{
    const char *root = grub_env_get(&eval->env, "root");

    return xstrdup(root ? root : "");
}

static int outside(struct grub_eval *eval, const struct grub_node *node,
                   const struct grub_words *words)
{
    return grub_give_up(eval, node, "%s outside a menu entry", words->words[0]);
}

int grub_linux(struct grub_eval *eval, const struct grub_node *node, const struct grub_words *words)
{
    struct grub_loaded *loaded = &eval->loaded;

    if (!eval->entry)
        return outside(eval, node, words);
    if (words->n < 2)
        return grub_give_up(eval, node, "%s names no kernel", words->words[0]);
    if (loaded->problem)
        return STATUS_UNKNOWN;
    grub_loaded_clear(loaded);
    loaded->has_kernel = true;
    loaded->line = node->line;
    loaded->root = copy_root(eval);
    grub_words_copy(words, 1, &loaded->kernel);
    return STATUS_UNKNOWN;
}

int grub_initrd(struct grub_eval *eval, const struct grub_node *node,
                const struct grub_words *words)
{
    struct grub_loaded *loaded = &eval->loaded;

    if (!eval->entry)
        return outside(eval, node, words);
    if (words->n < 2)
        return STATUS_FAILED;
    if (!loaded->has_kernel)
        return loaded->problem ? STATUS_UNKNOWN : STATUS_FAILED;
    grub_words_clear(&loaded->initrds);
    grub_words_copy(words, 1, &loaded->initrds);
    set_text(&loaded->initrd_root, copy_root(eval));
    return STATUS_UNKNOWN;
}

/* Starts what kexec cannot start, or passes the kernel something that kexec cannot. */
int grub_beyond_kexec(struct grub_eval *eval, const struct grub_node *node,
                      const struct grub_words *words)
{
    if (words->n == 2 && streq(words->words[1], "--is-supported")) /* fwsetup's question */
        return STATUS_UNKNOWN;
    if (!eval->entry)
        return outside(eval, node, words);
    if (!eval->loaded.problem)
        eval->loaded.problem = format(
            "%s:%u: kexec cannot do what `%s` does%s", node->file, node->line, words->words[0],
            streq(words->words[0], "devicetree")
                ? ": the next kernel gets the device tree of the running one"
                : "");
    return STATUS_UNKNOWN;
}

int grub_boot(struct grub_eval *eval, const struct grub_node *node, const struct grub_words *words)
{
    if (!eval->entry)
        return outside(eval, node, words);
    eval->finished = true;
    return STATUS_TRUE;
}
