/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/facts.h"

/* A directory that stands for /, made by setup() and removed by teardown(). */
struct tree {
    char path[64];
    int root;
};

int tree_setup(void **state);
int tree_teardown(void **state);

/* A file below it, with the directories on the way. */
void tree_write(const struct tree *tree, const char *path, const char *text);

/* The boot entries of that machine. With boot_entries_clear() afterwards. */
void tree_read(const struct tree *tree, struct boot_entries *ret_entries);

/* What would be started with this grub.cfg: "KERNEL CMDLINE [INITRD...]" or "? PROBLEM"; a static
 * buffer. /boot has the kernels k1, k2 and the initrds i1, i2. */
const char *started(const struct tree *tree, const char *config);
