/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: a command line; after a NUL, parameters. */

#include "base/cmdline.h"

#include <string.h>

#include "fuzz.h"

static size_t count(const char *line)
{
    const char *word;
    size_t n = 0, length;

    while (cmdline_next(&line, &word, &length))
        n++;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *line = fuzz_string(&data, &size), *parameters = fuzz_string(&data, &size);
    char *next = cmdline_for_next_kernel(line),
         *again = next ? cmdline_for_next_kernel(next) : NULL;
    char *without = cmdline_without(line, parameters), *with = cmdline_with(line, parameters);
    char *value = cmdline_value(line, CMDLINE_MARK);
    char *marked = next ? cmdline_value(next, CMDLINE_MARK) : NULL;

    must(next && again && without && with);
    must(strcmp(next, again) == 0);
    must(!marked);
    must(strlen(next) <= strlen(line) && strlen(without) <= strlen(line));
    must(count(without) <= count(line));
    free(line);
    free(parameters);
    free(next);
    free(again);
    free(without);
    free(with);
    free(value);
    free(marked);
    return 0;
}
