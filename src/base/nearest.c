/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nearest.h"

#include <string.h>

enum {
    LONGEST = 24, /* longer words are not taken for typing errors */
    TOO_FAR = 3,
};

/* The edit distance; LONGEST if a word is too long. */
static size_t distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1], n = strlen(b);

    if (strlen(a) > LONGEST || n > LONGEST)
        return LONGEST;
    for (size_t k = 0; k <= n; k++)
        row[k] = k;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t k = 1; k <= n; k++) {
            size_t changed = diagonal + (a[i - 1] != b[k - 1]);
            size_t shorter = row[k] < row[k - 1] ? row[k] : row[k - 1];

            diagonal = row[k];
            row[k] = changed < shorter + 1 ? changed : shorter + 1;
        }
    }
    return row[n];
}

void nearest_try(struct nearest *nearest, const char *name)
{
    size_t n = distance(nearest->word, name);

    if (n >= TOO_FAR || 2 * n > strlen(nearest->word) || (nearest->name && n >= nearest->distance))
        return;
    nearest->name = name;
    nearest->distance = n;
}
