/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: a name, ended by a NUL, and a module index. */

#include <errno.h>
#include <string.h>

#include "discover/kernel/module-index.h"
#include "fuzz.h"

struct seen {
    size_t n;
    size_t bytes;
    const char *wanted; /* stop at this key */
};

static int see(const char *key, const char *value, void *data)
{
    struct seen *seen = data;

    seen->n++;
    seen->bytes += strlen(value) + 5; /* the rest of a value in the file */
    return seen->wanted && strcmp(key, seen->wanted) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *name = fuzz_string(&data, &size), *index = malloc(size + 1);
    struct seen all = {0}, some = {0}, one = {.wanted = name};
    int r;

    memcpy(index, data, size);
    index[size] = 0;
    module_name_normalise(name);
    r = module_index_walk(index, size, NULL, see, &all);
    must(r == 0 || r == -EBADMSG);
    must(all.bytes <= size); /* nothing is read twice */
    must(module_index_walk(index, size, name, see, &some) <= 0);
    if (r == 0)
        must(some.n <= all.n);
    r = module_index_walk(index, size, name, see, &one);
    must(r == 0 || r == 1 || r == -EBADMSG);
    free(index);
    free(name);
    return 0;
}
