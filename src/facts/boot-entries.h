/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* One kernel that can be started, as a loader or a configuration names it. */
struct boot_entry {
    char *id;
    char *title;
    char *kernel; /* absolute paths below the root */
    char **initrds;
    size_t n_initrds;
    char *cmdline;    /* as the kernel gets it, without what fastreboot adds */
    char *source;     /* who names it: "/vmlinuz", "/boot/grub/grub.cfg:99" */
    char *problem;    /* why kexec cannot start it, or NULL; then there is no kernel */
    bool uki;         /* the kernel is a unified kernel image: its initrd is inside */
    unsigned profile; /* of that image */
};

/* What the loader, or what stands in for one, has to offer. */
struct boot_entries {
    struct boot_entry *entries;
    size_t n;
    size_t chosen;         /* index of the one to start; n when there is none */
    const char *loader;    /* name of the reader that found them, or NULL */
    bool inherits_cmdline; /* the entries have the running kernel's command line */
    char *chosen_reason;   /* in words: why this one */
    char *problem;         /* why none could be chosen, or NULL */
    int problem_error;     /* the errno behind that, or 0 */
    char *one_time;        /* what the loader was asked to do once, or NULL */
};

/* Puts parameters behind the command line of every entry, those that it has already included; those
 * in `except` (may be NULL) are left out. */
void boot_entries_append(struct boot_entries *entries, const char *parameters, const char *except);
void boot_entries_clear(struct boot_entries *entries);

/* Adds an entry that cannot be kexec'd. All strings are copied. */
void boot_entries_add_unbootable(struct boot_entries *entries, const char *id, const char *title,
                                 const char *problem, const char *source);

/* Adds an entry and gives it, until the next one is added; `initrds` are `n` paths. All strings are
 * copied. */
struct boot_entry *boot_entries_add(struct boot_entries *entries, const char *id, const char *title,
                                    const char *kernel, char *const *initrds, size_t n,
                                    const char *cmdline, const char *source);
