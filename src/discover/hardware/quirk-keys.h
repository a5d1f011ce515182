/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/hardware/quirk-match.h"
#include "facts/facts.h"

/* The keys that a section of the list may have, and what each does. */

enum {
    MAX_QUIRK_KEYS = 16,
};

/* A section of a file. Values of one key on several lines add up, with a blank between. */
struct quirk {
    char *file;
    int line; /* where the section starts */
    char *section;
    char *values[MAX_QUIRK_KEYS]; /* in the order of QUIRK_KEYS; NULL where nothing is said */
};

/* A key matches a machine, or does something where all those of the first kind match, or is only
 * shown. */
struct quirk_key {
    const char *name;
    int (*matches)(struct quirk_machine *machine, const char *globs); /* see quirk-match.h */
    const char *does; /* in words, before the value */
    size_t fact;      /* where the value goes, a text in struct quirk_facts; or 0 */
    /* What it is there, if not the value itself: adds to *text. 0 or a negative errno. */
    int (*expand)(int root, const struct quirk *quirk, const char *value, char **text);
    const char *only;                        /* the one value that it may have, or NULL */
    const char *(*check)(const char *value); /* gives what is wrong with one, or NULL */
};

extern const struct quirk_key QUIRK_KEYS[];
extern const size_t N_QUIRK_KEYS;

/* Whether a file that says `text` means this key: its name, or the earlier spelling of that. */
bool quirk_key_is(const struct quirk_key *key, const char *text);

/* What the quirk says for the key of this name, or NULL. */
const char *quirk_value(const struct quirk *quirk, const char *name);
