/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A file of the Boot Loader Specification (type 1): loader/entries/ID.conf. */

enum {
    BLS_MAX_INITRDS = 16,
};

struct bls_entry {
    char *id;        /* file name in lower case, without the counters of its tries */
    char *source;    /* path of the file, for people */
    char *directory; /* the mounted file system that its paths are on, "/boot" */
    char *title;
    char *version;
    char *machine_id;
    char *sort_key;
    char *linux_path;
    char *initrds[BLS_MAX_INITRDS];
    size_t n_initrds;
    char *options;
    char *architecture;
    char *problem;  /* why it cannot be kexec'd, or NULL */
    int tries_left; /* -1 where tries are not counted */
};

/* Reads the entry `name` in `directory`/loader/entries.
 * 0; -EBADMSG for what the loader itself passes over, or another negative errno. Release with
 * bls_entry_clear() in any case. */
int bls_entry_read(int root, const char *directory, const char *name, struct bls_entry *ret_entry);

void bls_entry_clear(struct bls_entry *entry);

/* systemd-boot's order (config_entry_compare in its boot.c): below 0 when a stands before b. */
int bls_entry_compare(const struct bls_entry *a, const struct bls_entry *b);

/* The next "key value" line of `text`, which is changed, as systemd-boot reads it; false at the
 * end. For entries and for loader.conf. */
bool bls_next_line(char **text, char **ret_key, char **ret_value);
