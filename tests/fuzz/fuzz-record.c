/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: the path of a file, ended by a NUL, and what was read from it. */

#include <string.h>

#include "fuzz.h"
#include "record/hide.h"
#include "record/identities.h"

/* NUL-terminated, as in traces. */
static char *copy_of(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);

    must(copy);
    memcpy(copy, data, size);
    copy[size] = 0;
    return copy;
}

/* No password remains that its name identifies, whatever surrounds it. */
static void check_secrets(const char *path, const uint8_t *data, size_t size)
{
    static const char NAME[] = "password=", FINE[] = " \t\n\"'\\x/";
    char *text = copy_of(data, size);

    (void)hide_secrets(path, text, size);
    must(text[size] == 0);
    for (char *at = text; (at = memmem(at, size - (size_t)(at - text), NAME, strlen(NAME)));) {
        at += strlen(NAME);
        must(!*at || strchr(FINE, *at));
    }
    free(text);
}

static void check_identities(const char *path, const uint8_t *data, size_t size)
{
    struct identities *identities = identities_new();
    char *text = copy_of(data, size);

    identities_find_serials(identities, path);
    identities_find_serials(identities, text);
    identities_find(identities, text, size, false);
    identities_number(identities);
    (void)identities_replace(identities, text, size);
    must(text[size] == 0);
    free(text);
    identities_free(identities);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *path = fuzz_string(&data, &size), *luks;

    check_secrets(path, data, size);
    check_identities(path, data, size);
    luks = copy_of(data, size);
    (void)hide_luks(luks, size, 0);
    must(luks[size] == 0);
    free(luks);
    free(path);
    return 0;
}
