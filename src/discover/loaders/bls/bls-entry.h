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
    char *id;        /* file name in lower case, without counters of tries; of an image's profile
                      * with "@PROFILE" behind it */
    char *name;      /* id without the profile: entries are sorted by it */
    char *raw_name;  /* the same with the counters */
    char *source;    /* path of the file */
    char *directory; /* where the file system of its paths is mounted, "/boot" */
    char *title;
    char *version;
    char *machine_id;
    char *sort_key;
    enum bls_start start;
    char *linux_path; /* what is started: a kernel, an EFI program, a unified kernel image */
    bool uki;         /* a unified kernel image; `options` is what its stub would use */
    unsigned profile; /* of the image */
    char *initrds[BLS_MAX_INITRDS];
    size_t n_initrds;
    char *options;
    char *architecture;
    char *problem;  /* why kexec cannot start it, or NULL */
    int tries_left; /* -1 where tries are not counted */
};

/* Reads the entry `name` in `directory`/loader/entries.
 * 0; -EBADMSG when the loader itself ignores it; or another negative errno. Release with
 * bls_entry_clear() in any case. */
int bls_entry_read(int root, const char *directory, const char *name, struct bls_entry *ret_entry);

void bls_entry_clear(struct bls_entry *entry);

/* systemd-boot's order (boot_entry_compare in its boot.c): below 0 when a comes before b. */
int bls_entry_compare(const struct bls_entry *a, const struct bls_entry *b);

/* The same by file names with counters of tries. systemd-boot includes them; bootctl and the
 * specification do not. Where the two orders differ, the first entry is not certain. */
int bls_entry_compare_raw(const struct bls_entry *a, const struct bls_entry *b);

/* The id with the counters, for free(). */
char *bls_entry_raw_id(const struct bls_entry *entry);

/* Sets id, name, raw_name, source, directory and tries_left of a new entry. `file`, the name of a
 * file in `directory`/`below`, ends in ".conf" or ".efi". */
void bls_entry_set_names(struct bls_entry *entry, const char *directory, const char *below,
                         const char *file);

/* The next "key value" line of `text`, which it changes, as systemd-boot reads it; false at the
 * end. For entries and for loader.conf. */
bool bls_next_line(char **text, char **ret_key, char **ret_value);
