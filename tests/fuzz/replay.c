/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a fuzz target on the files of its corpus, and on prefixes of them: an ordinary test.
 *   fuzz-NAME DIRECTORY */

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

enum {
    LARGEST = 256 * 1024,
};

static size_t read_input(int directory, const char *name, uint8_t *data)
{
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, data, LARGEST);

    must(fd >= 0 && n >= 0);
    (void)close(fd);
    return (size_t)n;
}

/* Uses memory of exactly that size, so that reading past its end is noticed. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    must(copy);
    memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

int main(int argc, char **argv)
{
    uint8_t *data = malloc(LARGEST);
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
    unsigned n = 0;

    must(data && dir);
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        size_t size;

        if (entry->d_name[0] == '.')
            continue;
        size = read_input(dirfd(dir), entry->d_name, data);
        run(data, size);
        for (size_t part = 0; part < size; part += 1 + size / 64)
            run(data, part);
        n++;
    }
    closedir(dir);
    free(data);
    printf("%u inputs\n", n);
    return n ? 0 : 1;
}
