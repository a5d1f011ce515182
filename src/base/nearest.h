/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* What somebody who mistyped a word probably meant. */
struct nearest {
    const char *word;
    const char *name; /* the most similar name so far, or NULL if none is similar enough */
    size_t distance;  /* how many letters to change, add or remove for that */
};

/* Takes `name` into account. It must outlive `nearest`. */
void nearest_try(struct nearest *nearest, const char *name);
