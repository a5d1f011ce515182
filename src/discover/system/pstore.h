/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "discover/system/pstore-records.h"
#include "facts/facts.h"

/* The store to which the kernel writes the end of its log, for the boot after it: pstore(5) of the
 * kernel's documentation. */

enum pstore_kind {
    PSTORE_NONE,
    PSTORE_ERST, /* the platform's own, through ACPI */
    PSTORE_EFI,  /* variables of the firmware, which are flash memory */
    PSTORE_RAM,  /* memory that survives the reboot */
    PSTORE_OTHER,
};

struct pstore_facts {
    char *backend; /* as the kernel calls it, or NULL */
    enum pstore_kind kind;
    bool mounted;
    bool takes_shutdowns;  /* not only panics; as far as the store alone decides */
    unsigned long maximum; /* how many bytes of the log one record takes, over all its parts */
    char *flags;           /* with which it is mounted, as mountinfo has them, or NULL */
};

/* Release with pstore_facts_clear(). */
void pstore_facts_read(int root, struct pstore_facts *ret);
void pstore_facts_clear(struct pstore_facts *facts);

/* Whether a kernel that does not come up would leave its last messages there, as far as the running
 * one tells, and what to do about it. Nothing where that has no pstore at all. Release with
 * store_facts_clear(). */
void store_facts_read(int root, struct store_facts *ret);
void store_facts_clear(struct store_facts *facts);

/* The names of the records in the store, for names_free(); NULL if they cannot be read. */
char **pstore_names(int root);

/* Searches the store, and systemd's archive of it, for what the kernel logged until the end of the
 * shutdown that attempt `id` began, see TRACE_MARK. The text is "" if there is none.
 * known        names of records in the store that were there before the shutdown, which are of
 *              something else; NULL if that is not known
 * unmarked     takes the only other log of a shutdown in the store if none has the mark: a store
 *              that is full or small has the end alone
 * ret_log      the log, from the part with the mark on; the caller frees it
 * ret_own      the paths of all its parts that are still in the store, for names_free(); or NULL */
void pstore_find(int root, const char *id, char *const *known, bool unmarked, char **ret_log,
                 char ***ret_own);
