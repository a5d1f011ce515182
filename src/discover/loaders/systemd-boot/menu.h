/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/stat.h>

#include "discover/loaders/bls/bls-entry.h"

/* The menu that systemd-boot would show. */

enum {
    MENU_MAX_PARTITIONS = 3,
};

/* Where a default may come from, in the boot loader's order: the first pattern that matches an
 * entry decides. */
enum menu_voice {
    MENU_VARIABLE,
    MENU_CONFIG,
    N_MENU_VOICES,
};

struct menu_pattern {
    char *pattern; /* in lower case, or NULL */
    char *source;
};

struct menu {
    int version;               /* of systemd-boot */
    struct bls_entry *entries; /* sorted by bls_entry_compare() */
    size_t n;
    struct menu_pattern patterns[N_MENU_VOICES];
    char *problem;                          /* why the default is not known, or NULL */
    struct stat known[MENU_MAX_PARTITIONS]; /* the partitions that were read */
    size_t n_known;
};

void menu_clear(struct menu *menu);

/* Sets the menu's problem, unless it has one. Takes over the text. */
void menu_give_up(struct menu *menu, char *problem);

/* Gives up if users other than root may change what is at `path`, or create it in a directory on
 * the way. */
void menu_distrust(int root, struct menu *menu, const char *path);

/* Sets the pattern of a voice. */
void menu_set_pattern(struct menu *menu, enum menu_voice voice, const char *pattern,
                      const char *source);

/* The index of the entry that systemd-boot would start. *ret_reason says why; the caller frees it.
 * Neither counts if the menu has a problem. */
size_t menu_choose(struct menu *menu, char **ret_reason);
