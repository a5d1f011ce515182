/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A kernel that can be started, as a boot loader or a configuration names it. */
struct boot_entry {
    char *id;
    char *title;
    char *kernel; /* absolute paths below the root */
    char **initrds;
    size_t n_initrds;
    char *cmdline;    /* as passed to the kernel, without fastreboot's additions */
    char *source;     /* where it comes from: "/vmlinuz", "/boot/grub/grub.cfg:99" */
    char *problem;    /* why kexec cannot start it, or NULL; if set, there is no kernel */
    bool uki;         /* the kernel is a unified kernel image: its initrd is inside */
    unsigned profile; /* of that image */
};

/* The entries of the boot loader, or of what replaces it. */
struct boot_entries {
    struct boot_entry *entries;
    size_t n;
    size_t chosen;         /* index of the one to start; n if there is none */
    const char *loader;    /* name of the reader that found them, or NULL */
    bool inherits_cmdline; /* the entries use the running kernel's command line */
    char *chosen_reason;   /* why this one, in words */
    char *problem;         /* why none could be chosen, or NULL */
    char *advice;          /* what to do about that, or NULL if there is only general advice */
    int problem_error;     /* the errno that caused it, or 0 */
    char *one_time;        /* the boot loader's one-time request, or NULL */
    char *copied;          /* an entry that has fastreboot's own parameters, in words; or NULL */
    char *writes;          /* what the boot loader would write when it starts, or NULL */
};

/* Adds parameters at the end of the command line of every entry, moving those that it already has;
 * leaves out those in `except` (may be NULL). */
void boot_entries_append(struct boot_entries *entries, const char *parameters, const char *except);
void boot_entries_clear(struct boot_entries *entries);

/* Adds an entry that kexec cannot start. All strings are copied. */
void boot_entries_add_unbootable(struct boot_entries *entries, const char *id, const char *title,
                                 const char *problem, const char *source);

/* Adds an entry and returns it; the pointer is valid until the next one is added. `initrds` are `n`
 * paths. All strings are copied. */
struct boot_entry *boot_entries_add(struct boot_entries *entries, const char *id, const char *title,
                                    const char *kernel, char *const *initrds, size_t n,
                                    const char *cmdline, const char *source);
