/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/util.h"
#include "discover/loaders/grub/script/eval.h"

int grub_loaded_copy(const struct grub_loaded *from, struct grub_loaded *ret)
{
    int r = 0;

    *ret = (struct grub_loaded){.has_kernel = from->has_kernel, .line = from->line};
    for (size_t i = 0; r >= 0 && i < from->kernel.n; i++)
        r = grub_words_add(&ret->kernel, from->kernel.words[i]);
    for (size_t i = 0; r >= 0 && i < from->initrds.n; i++)
        r = grub_words_add(&ret->initrds, from->initrds.words[i]);
    if (r >= 0 && ((from->root && !(ret->root = strdup(from->root))) ||
                   (from->initrd_root && !(ret->initrd_root = strdup(from->initrd_root))) ||
                   (from->problem && !(ret->problem = strdup(from->problem)))))
        r = -ENOMEM;
    return r;
}

static bool words_equal(const struct grub_words *a, const struct grub_words *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!streq(a->words[i], b->words[i]))
            return false;
    return true;
}

static bool text_equal(const char *a, const char *b)
{
    return a && b ? streq(a, b) : a == b;
}

bool grub_loaded_equal(const struct grub_loaded *a, const struct grub_loaded *b)
{
    return a->has_kernel == b->has_kernel && words_equal(&a->kernel, &b->kernel) &&
           words_equal(&a->initrds, &b->initrds) && text_equal(a->root, b->root) &&
           text_equal(a->initrd_root, b->initrd_root) && text_equal(a->problem, b->problem);
}

void grub_loaded_clear(struct grub_loaded *loaded)
{
    grub_words_clear(&loaded->kernel);
    grub_words_clear(&loaded->initrds);
    free(loaded->root);
    free(loaded->initrd_root);
    free(loaded->problem);
    *loaded = (struct grub_loaded){0};
}

void grub_run_forget(struct grub_run *run, size_t n)
{
    while (run->n_saved > n) {
        run->n_saved--;
        free(run->saved[run->n_saved].name);
        free(run->saved[run->n_saved].value);
    }
}

void grub_run_clear(struct grub_run *run)
{
    grub_arena_clear(&run->arena);
    grub_run_forget(run, 0);
    free(run->saved);
    free(run->functions);
    free(run->problem);
    *run = (struct grub_run){0};
}

void grub_eval_clear(struct grub_eval *eval)
{
    grub_env_clear(&eval->env);
    grub_menu_clear(&eval->menu);
    grub_loaded_clear(&eval->loaded);
}
