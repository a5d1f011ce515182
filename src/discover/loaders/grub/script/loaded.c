/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/script/loaded.h"

#include "base/util.h"

void grub_loaded_copy(const struct grub_loaded *from, struct grub_loaded *ret)
{
    *ret = (struct grub_loaded){
        .has_kernel = from->has_kernel,
        .line = from->line,
        .root = xstrdup(from->root),
        .initrd_root = xstrdup(from->initrd_root),
        .problem = xstrdup(from->problem),
    };
    grub_words_copy(&from->kernel, 0, &ret->kernel);
    grub_words_copy(&from->initrds, 0, &ret->initrds);
}

static bool text_equal(const char *a, const char *b)
{
    return a && b ? streq(a, b) : a == b;
}

bool grub_loaded_equal(const struct grub_loaded *a, const struct grub_loaded *b)
{
    return a->has_kernel == b->has_kernel && grub_words_equal(&a->kernel, &b->kernel) &&
           grub_words_equal(&a->initrds, &b->initrds) && text_equal(a->root, b->root) &&
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
