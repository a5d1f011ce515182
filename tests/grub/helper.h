/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/facts.h"

/* A directory that stands for /, created by setup() and removed by teardown(). */
struct tree {
    char path[64];
    int root;
};

int tree_setup(void **state);
int tree_teardown(void **state);

/* Writes a file below it, and creates its directories. */
void tree_write(const struct tree *tree, const char *path, const char *text);

/* The boot entries of that machine. Release with boot_entries_clear(). */
void tree_read(const struct tree *tree, struct boot_entries *ret_entries);

/* What this grub.cfg would start: "KERNEL CMDLINE [INITRD...]" or "? PROBLEM", in a static buffer.
 * /boot has the kernels k1, k2 and the initrds i1, i2. */
const char *started(const struct tree *tree, const char *config);
