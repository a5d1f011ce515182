/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The records in the store, and in systemd's archive of it. */

#define PSTORE_DIR "sys/fs/pstore"
/* Where systemd-pstore.service moves the records. */
#define PSTORE_ARCHIVE "var/lib/systemd/pstore"

#define PSTORE_SHUTDOWN "Shutdown"
#define PSTORE_PANIC "Panic"
#define PSTORE_CONSOLE "Console"

enum {
    PSTORE_NAMES = 2000, /* looked at in a directory */
};

/* One part of a kernel's log, which begins with "Shutdown#1 Part2". The first part is the newest.
 * Or the console of a kernel, which ramoops keeps: one part, whose lines get a "<5>". */
struct pstore_record {
    char *path;
    char *identity;    /* the path and when it was written: two records may have the same path */
    char *text;        /* without zero bytes */
    const char *lines; /* after that line */
    bool in_store;
    char kind[16];
    unsigned count, part;
    int64_t first, last; /* the times of its lines; -1 if it has none */
};

struct pstore_records {
    struct pstore_record *all;
    size_t n;
};

/* Reads those of `kind` (NULL: any) except those whose name or identity is among `known`, or among
 * `archived` for the archive; both may be NULL. Release with pstore_records_clear(). */
void pstore_records_read(int root, const char *kind, char *const *known, char *const *archived,
                         struct pstore_records *ret);
void pstore_records_clear(struct pstore_records *records);

/* The part of the same log that comes right after `part` (`newer`), or before it; or NULL. In the
 * archive, other boots may have left parts with the same numbers: theirs are of other times. */
const struct pstore_record *pstore_record_neighbour(const struct pstore_records *records,
                                                    const struct pstore_record *part, bool newer);

/* The identities of all records, for names_free(); NULL if they are too many to be told apart. */
char **pstore_identities(int root);
