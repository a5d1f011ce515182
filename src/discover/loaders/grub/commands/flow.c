/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The commands that leave loops and functions. */

#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"
#include "discover/loaders/grub/script/number.h"

int grub_break(struct grub_eval *eval, const struct grub_node *node, const struct grub_words *words)
{
    if (words->n > 1)
        return grub_give_up(eval, node, "%s %s is not supported", words->words[0], words->words[1]);
    eval->is_continue = streq(words->words[0], "continue");
    eval->breaks = eval->loops > 0;
    return STATUS_TRUE;
}

int grub_return(struct grub_eval *eval, const struct grub_node *node,
                const struct grub_words *words)
{
    long n;

    if (!eval->scope || eval->scope->entry || words->n > 2)
        return grub_give_up(eval, node, "return outside a function");
    if (words->n == 1) {
        eval->returning = true;
        return eval->status;
    }
    if (!grub_number(words->words[1], &n) || n < 0)
        return grub_give_up(eval, node, "return %s is not supported", words->words[1]);
    eval->returning = true;
    return n == 0 ? STATUS_TRUE : n == 1 ? STATUS_FALSE : STATUS_FAILED;
}

int grub_shift(struct grub_eval *eval, const struct grub_node *node, const struct grub_words *words)
{
    long n = 1;

    if (eval->ways > 0)
        return grub_give_up(eval, node, "shift under a condition that only GRUB can evaluate");
    if (!eval->scope)
        return STATUS_TRUE;
    if (words->n > 2 || (words->n == 2 && (!grub_number(words->words[1], &n) || n < 0)))
        return grub_give_up(eval, node, "shift with these words is not supported");
    if ((size_t)n > eval->scope->arguments.n - eval->scope->shifted)
        return STATUS_FAILED;
    eval->scope->shifted += (size_t)n;
    return STATUS_TRUE;
}
