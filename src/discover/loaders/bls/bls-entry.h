/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A boot entry of the Boot Loader Specification: a file loader/entries/ID.conf (type 1), or a
 * unified kernel image in EFI/Linux (type 2, see uki-entry.h). */

enum {
    BLS_MAX_INITRDS = 16,
};

/* By which key an entry of type 1 names what it starts. */
enum bls_start {
    BLS_LINUX,
    BLS_EFI,
    BLS_UKI,
};

struct bls_entry {
    char *id;        /* file name in lower case, without the counters of its tries; a profile's with
                      * "@PROFILE" behind it */
    char *name;      /* id without the profile, by which entries are ordered */
    char *raw_name;  /* the same with the counters */
    char *source;    /* path of the file, for people */
    char *directory; /* the mounted file system that its paths are on, "/boot" */
    char *title;
    char *version;
    char *machine_id;
    char *sort_key;
    enum bls_start start;
    char *linux_path; /* what is started: a kernel, an EFI program, a unified kernel image */
    bool uki;         /* it is a unified kernel image, and `options` what its stub would take */
    unsigned profile; /* of the image */
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

/* systemd-boot's order (boot_entry_compare in its boot.c): below 0 when a stands before b. */
int bls_entry_compare(const struct bls_entry *a, const struct bls_entry *b);

/* The same by the file names with their counters. systemd-boot itself leaves them in, bootctl and
 * the specification do not: where the two differ nobody can say which one is first. */
int bls_entry_compare_raw(const struct bls_entry *a, const struct bls_entry *b);

/* The id with the counters in it, for the caller to free, or NULL. */
char *bls_entry_raw_id(const struct bls_entry *entry);

/* Names the entry by its file: sets id, name, raw_name, source, directory, tries_left. 0 or
 * -ENOMEM. */
int bls_entry_set_names(struct bls_entry *entry, const char *directory, const char *below,
                        const char *file);

/* The next "key value" line of `text`, which is changed, as systemd-boot reads it; false at the
 * end. For entries and for loader.conf. */
bool bls_next_line(char **text, char **ret_key, char **ret_value);
