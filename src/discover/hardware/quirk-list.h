/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The list of quirks as its files have it, see fastreboot.conf(5). */

enum {
    MAX_QUIRKS = 256,
};

/* A section of a file. Its globs are separated by blanks; it matches when for every kind of globs
 * that it has one of them matches something of the machine. Strings are NULL where nothing is said.
 */
struct quirk {
    char *file;
    char *section;
    char *match_dmi;
    char *match_modalias;
    char *match_driver;
    char *cmdline;        /* parameters for the next kernel */
    char *unload_modules; /* globs */
    char *unbind_drivers; /* globs */
    char *reason;
    char *source;
    bool firmware;
};

struct quirks {
    struct quirk all[MAX_QUIRKS];
    size_t n;
};

/* Reads all files. 0; or a negative errno with *ret_error in words (but for -ENOMEM), which the
 * caller frees. Release with quirks_freep() in any case. */
int quirks_read(int root, struct quirks **ret_quirks, char **ret_error);
void quirks_freep(struct quirks **quirks);

/* 1 when one of the globs matches the text, 0, or -ENOMEM. */
int globs_match(const char *globs, const char *text);
