/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tree.h"

/* Headers of encrypted volumes, as cryptsetup and clevis leave them. */

#define LUKS_UUID "0a1b2c3d-0001-4002-8003-00112233aabb"

enum {
    LUKS2_COPY = 16 * 1024, /* the second header starts here */
    LUKS1_GAP = 2068480,    /* where luksmeta starts, with the defaults of cryptsetup */
    LUKS1_DATA = 2 * 1024 * 1024,
};

/* A LUKS2 header with these tokens, the members of a JSON object: "\"0\":{...}". */
void made_luks2(const struct tree *tree, const char *path, const char *tokens);

/* A LUKS1 header; `jwe` is what clevis has in luksmeta's slot 1, or NULL when there is none. */
void made_luks1(const struct tree *tree, const char *path, const char *jwe);

/* A token of clevis for the pin `config`, such as {"pin":"tang","tang":{}}; for free(). */
char *made_clevis(const char *config);

/* The JWE in it, of which the first part is what is read; for free(). */
char *made_jwe(const char *config);
