/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: the targets of two links, and a path, each ended by a NUL. */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"
#include "fuzz.h"

static void make_link(const char *path, const char *target)
{
    (void)unlinkat(fuzz_root(), path, 0);
    (void)symlinkat(target, fuzz_root(), path); /* an empty target is refused */
}

/* The returned path has neither links nor dots, so it cannot lead out of the root. */
static void check(const char *resolved, const struct stat *st)
{
    struct stat again;

    must(resolved[0] != '/' && !strstr(resolved, "//"));
    for (const char *at = resolved; at; at = strchr(at, '/')) {
        at += *at == '/';
        must(strncmp(at, "..", 2) != 0 || (at[2] && at[2] != '/'));
    }
    must(fstatat(fuzz_root(), resolved, &again, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) == 0);
    must(again.st_ino == st->st_ino && !S_ISLNK(again.st_mode));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *first = fuzz_string(&data, &size), *second = fuzz_string(&data, &size);
    char *path = fuzz_string(&data, &size), *resolved = NULL, *untrusted = NULL;
    struct stat st;

    fuzz_write("a/b/c", "", 0);
    make_link("l", first);
    make_link("a/m", second);
    if (root_resolve(fuzz_root(), path, &resolved, &st, &untrusted) == 0) {
        check(resolved, &st);
        must(!untrusted);
    } else {
        must(!resolved && !untrusted);
    }
    free(resolved);
    free(untrusted);
    free(first);
    free(second);
    free(path);
    return 0;
}
