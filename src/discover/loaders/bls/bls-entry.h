/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A boot entry of the Boot Loader Specification: a file loader/entries/ID.conf (type 1), or a
 * unified kernel image in EFI/Linux (type 2, see uki-entry.h). */

enum {
    BLS_MAX_INITRDS = 16,
};

/* The key by which an entry of type 1 names what it starts. */
enum bls_start {
    BLS_LINUX,
    BLS_EFI,
    BLS_UKI,
};

struct bls_entry {
    char *id; /* file name in lower case, without boot counters; for an image's profile, "@PROFILE"
                 is appended */
    char *name;      /* id without the profile: the sort key */
    char *raw_name;  /* name with the boot counters */
    char *source;    /* path of the file */
    char *directory; /* where the file system of its paths is mounted, such as "/boot" */
    char *title;
    char *version;
    char *machine_id;
    char *sort_key;
    enum bls_start start;
    char *linux_path; /* what it starts: a kernel, an EFI program, or a unified kernel image */
    bool uki;         /* a unified kernel image; `options` is what its stub would use */
    unsigned profile; /* of the image */
    char *initrds[BLS_MAX_INITRDS];
    size_t n_initrds;
    char *options;
    char *architecture;
    char *problem;  /* why kexec cannot start it, or NULL */
    int tries_left; /* -1 if tries are not counted */
};

/* Reads the entry `name` in `directory`/loader/entries. 0; -EBADMSG if the boot loader ignores it;
 * or another negative errno. Release with bls_entry_clear() in either case. */
int bls_entry_read(int root, const char *directory, const char *name, struct bls_entry *ret_entry);

void bls_entry_clear(struct bls_entry *entry);

/* systemd-boot's order (boot_entry_compare in its boot.c): below 0 if a comes before b. */
int bls_entry_compare(const struct bls_entry *a, const struct bls_entry *b);

/* The same, but comparing file names with boot counters. systemd-boot includes them; bootctl and
 * the specification do not. If the two orders differ, the first entry is not certain. */
int bls_entry_compare_raw(const struct bls_entry *a, const struct bls_entry *b);

/* The id with the boot counters. The caller frees it. */
char *bls_entry_raw_id(const struct bls_entry *entry);

/* Sets id, name, raw_name, source, directory and tries_left of a new entry. `file`, the name of a
 * file in `directory`/`below`, ends in ".conf" or ".efi". */
void bls_entry_set_names(struct bls_entry *entry, const char *directory, const char *below,
                         const char *file);

/* Finds the next "key value" line in `text` as systemd-boot would; modifies `text`. Returns false
 * at the end. For entries and loader.conf. */
bool bls_next_line(char **text, char **ret_key, char **ret_value);
