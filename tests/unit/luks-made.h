/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tree.h"

/* Headers of encrypted volumes, as cryptsetup and clevis write them. */

#define LUKS_UUID "0a1b2c3d-0001-4002-8003-00112233aabb"

enum {
    LUKS2_COPY = 16 * 1024, /* the second header starts here */
    LUKS1_GAP = 2068480,    /* where luksmeta starts with cryptsetup's defaults */
    LUKS1_DATA = 2 * 1024 * 1024,
};

/* A LUKS2 header with these tokens, given as members of a JSON object: "\"0\":{...}". */
void made_luks2(const struct tree *tree, const char *path, const char *tokens);

/* A LUKS1 header; `jwe` is what clevis stored in luksmeta's slot 1, or NULL. */
void made_luks1(const struct tree *tree, const char *path, const char *jwe);

/* A clevis token for the pin `config`, such as {"pin":"tang","tang":{}}. The caller frees it. */
char *made_clevis(const char *config);

/* Its JWE, of which only the first part is read. The caller frees it. */
char *made_jwe(const char *config);
