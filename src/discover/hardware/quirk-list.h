/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/hardware/quirk-keys.h"

/* The list of quirks as its files have it, see fastreboot-quirks(5). */

/* In any of the directories of base/search.h. */
#define QUIRKS_DIR_NAME "fastreboot/quirks.d"

/* Where this build installs its files, and the administrator's. */
#define QUIRKS_VENDOR_DIR VENDOR_LIB "/" QUIRKS_DIR_NAME
#define QUIRKS_LOCAL_DIR "etc/" QUIRKS_DIR_NAME

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
