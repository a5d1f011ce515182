/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* A machine made of files: a temporary directory that stands for "/". Paths are relative to it;
 * missing parent directories are created (0755). Any failure fails the test. */

struct tree {
    char path[64];
    int root; /* descriptor of the directory */
};

/* For cmocka_unit_test_setup_teardown(): *state becomes a struct tree. */
int tree_setup(void **state);
int tree_teardown(void **state);

void tree_mkdir(const struct tree *tree, const char *path);
void tree_write(const struct tree *tree, const char *path, const char *text);
void tree_write_bytes(const struct tree *tree, const char *path, const void *bytes, size_t n);
void tree_link(const struct tree *tree, const char *path, const char *target);
void tree_mode(const struct tree *tree, const char *path, mode_t mode);
void tree_remove(const struct tree *tree, const char *path);

/* The text of a file, which the caller frees; NULL if the file does not exist. */
char *tree_read(const struct tree *tree, const char *path);

/* The smallest valid bzImage: KERNEL_SIZE bytes, a header and no code. */
enum {
    KERNEL_SIZE = 5 * 512 + 64 * 16,
    KERNEL_CMDLINE_MAX = 2047 - 30 - 1,
    KERNEL_VERSION_OFFSET = 0x400,
};
void kernel_header(unsigned char image[KERNEL_SIZE], const char *release);
void tree_kernel(const struct tree *tree, const char *path, const char *release);

/* An initrd that passes for one: packed by lz4, without a single file. Up to three characters may
 * stand behind it. */
#define TREE_INITRD "\x02!L\x18"

/* /lib/modules/RELEASE with the index that depmod would write for `n` modules a.ko, b.ko, ... */
void tree_modules(const struct tree *tree, const char *release, size_t n);

/* An index of /lib/modules/RELEASE ("alias", "builtin", ...) with one `key` and its `value`. */
void tree_index(const struct tree *tree, const char *release, const char *name, const char *key,
                const char *value);

/* A Debian machine with kernel 6.1.0-33-amd64, links to it, and fastreboot enabled: fast. */
void tree_debian(const struct tree *tree);

/* Runs `function` as an unprivileged user; returns its result, from 0 to 255. */
int as_nobody(int (*function)(void *), void *argument);

/* The next number of a fixed sequence, so that failures are reproducible. */
unsigned dice(unsigned sides);
