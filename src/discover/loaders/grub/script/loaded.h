/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/grub/script/words.h"

/* What a menu entry has loaded so far. */
struct grub_loaded {
    bool has_kernel;
    unsigned line;             /* of the linux command */
    struct grub_words kernel;  /* its words: path and parameters */
    struct grub_words initrds; /* those of the last initrd command */
    char *root;                /* $root when linux ran */
    char *initrd_root;         /* $root when initrd ran */
    char *problem;             /* why kexec cannot start it, or NULL */
};

void grub_loaded_clear(struct grub_loaded *loaded);
void grub_loaded_copy(const struct grub_loaded *from, struct grub_loaded *ret);
bool grub_loaded_equal(const struct grub_loaded *a, const struct grub_loaded *b);
