/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What a machine has lost. Each loss has an id, for the program to compare, and a text, for the
 * administrator to read: rewording a text changes no verdict. */

struct loss {
    bool critical; /* a disk, the network, a boot that hangs: worth a firmware reboot */
    char *id;      /* "disk:naa.5000c500a1b2c3d4" */
    char *text;    /* "disk ata-XYZ (931 GiB)" */
};

struct losses {
    struct loss *all; /* critical ones first, then by text */
    size_t n;
    bool critical; /* one of them is */
};

/* Adds one; `id` and `text` become the list's own. Release with losses_clear(). */
void losses_add(struct losses *losses, bool critical, char *id, char *text);
void losses_sort(struct losses *losses);
void losses_clear(struct losses *losses);

/* "disk ata-XYZ (931 GiB), CPUs: 3 instead of 4", and how many more if there are many; for
 * free(). */
char *losses_text(const struct losses *losses);

/* The ids of the critical ones, each once, ending with NULL; for names_free(). */
char **losses_ids(const struct losses *losses);

/* Whether everything in `ids` (or NULL, for none), ending with NULL, is among the critical ones. */
bool losses_include(const struct losses *losses, char *const ids[]);

/* Whether the network is among `ids`: a user of the machine may not reach it. */
bool ids_have_network(char *const ids[]);
