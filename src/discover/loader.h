/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>
#include <strings.h>

#include "discover/facts.h"

/* Whether a file's name has something before `end`, in capitals or not, as loaders on the FAT of
 * an EFI partition see it. */
static inline bool loader_name_ends(const char *name, const char *end)
{
    size_t length = strlen(name), n = strlen(end);

    return length > n && strcasecmp(name + length - n, end) == 0;
}

/* A reader of boot entries: of one loader's configuration, or of what stands in for one. */
struct loader {
    const char *name;      /* "grub", "links" */
    bool inherits_cmdline; /* its entries have the running kernel's command line */

    /* Reads below `root`. `cmdline` is the running kernel's, for entries that inherit it.
     * Returns 1 when this loader is there, with its entries, the chosen one or, in ->problem, why
     * none can be chosen; 0 when it is not there; or -ENOMEM. */
    int (*read)(int root, const char *cmdline, struct boot_entries *entries);
};

extern const struct loader loader_grub;
extern const struct loader loader_systemd_boot;
extern const struct loader loader_before_grub; /* what is not GRUB, whatever lies in /boot */
extern const struct loader loader_unread;
extern const struct loader loader_links;
extern const struct loader loader_newest;

/* Finds the entry that the configuration asks for or else the loader would boot. 0 or -ENOMEM. */
int boot_entries_read(int root, const struct config *config, struct boot_entries *ret_entries);

/* Puts parameters behind the command line of every entry, those that it has already included; those
 * in `except` (may be NULL) are left out. 0 or -ENOMEM. */
int boot_entries_append(struct boot_entries *entries, const char *parameters, const char *except);
void boot_entries_clear(struct boot_entries *entries);

/* Adds an entry that cannot be kexec'd. All strings are copied. 0 or -ENOMEM. */
int boot_entries_add_unbootable(struct boot_entries *entries, const char *id, const char *title,
                                const char *problem, const char *source);

/* Adds an entry; `initrds` are `n` paths. All strings are copied. 0 or -ENOMEM. */
int boot_entries_add(struct boot_entries *entries, const char *id, const char *title,
                     const char *kernel, char *const *initrds, size_t n, const char *cmdline,
                     const char *source);
