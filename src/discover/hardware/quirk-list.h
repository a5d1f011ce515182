/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/hardware/quirk-keys.h"

/* The list of quirks as its files have it, see fastreboot-quirks(5). */

#define QUIRKS_VENDOR_DIR "usr/lib/fastreboot/quirks.d"
#define QUIRKS_LOCAL_DIR "etc/fastreboot/quirks.d"

enum {
    MAX_QUIRKS = 256,
};

struct quirks {
    struct quirk *all;
    size_t n;
};

/* Reads all files. 0; or a negative errno with *ret_error in words, which the caller frees.
 * Release with quirks_clear() in any case. */
int quirks_read(int root, struct quirks *ret_quirks, char **ret_error);
void quirks_clear(struct quirks *quirks);
