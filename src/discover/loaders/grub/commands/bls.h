/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files of the Boot Loader Specification as GRUB's blscfg reads them. All that it knows of the
 * format is that a line has a key and a value, so this is not the reader for systemd-boot. */

#include "discover/loaders/grub/script/state.h"

enum {
    GRUB_BLS_MAX_FILES = 256,
    GRUB_BLS_MAX_FILE = 64 * 1024,
    GRUB_BLS_MAX_LINES = 256,
};

struct grub_bls_line {
    const char *key;
    const char *value;
    unsigned line;
};

struct grub_bls_file {
    char *name; /* with ".conf" */
    char *id;   /* without ".conf" */
    char *path; /* below the root */
    char *text;
    struct grub_bls_line *lines;
    size_t n;
};

/* Reads DIRECTORY/NAME. 0, or -ECANCELED with *ret_problem "PATH:LINE: why", which the caller
 * frees, if it cannot be known how GRUB reads it. Release with grub_bls_clear() in either case. */
int grub_bls_read(int root, const char *directory, const char *name, enum grub_flavour flavour,
                  struct grub_bls_file *ret_file, char **ret_problem);
void grub_bls_clear(struct grub_bls_file *file);

/* The next line with this key after `after` (NULL: the first), or NULL if there is none. */
const struct grub_bls_line *grub_bls_find(const struct grub_bls_file *file, const char *key,
                                          const struct grub_bls_line *after);

/* Adds the entry that GRUB makes of the file to the menu, or nothing if it has no kernel. 0, or
 * -ECANCELED with run->problem. */
int grub_bls_add(struct grub_eval *eval, const struct grub_node *node,
                 const struct grub_bls_file *file);
