/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/fastreboot-fuzz-XXXXXX";

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st, (void)type, (void)walk;
    return remove(path);
}

static void remove_all(void)
{
    (void)nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int fuzz_root(void)
{
    static int root = -1;

    if (root < 0) {
        (void)umask(022);
        must(mkdtemp(directory));
        must(chmod(directory, 0755) == 0);
        root = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
        must(root >= 0 && atexit(remove_all) == 0);
    }
    return root;
}

void fuzz_write(const char *path, const void *data, size_t size)
{
    int root = fuzz_root(), fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    char copy[256];

    if (fd < 0) {
        must(errno == ENOENT && strlen(path) < sizeof(copy));
        strcpy(copy, path);
        for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
            *slash = 0;
            must(mkdirat(root, copy, 0755) == 0 || errno == EEXIST);
            *slash = '/';
        }
        fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    }
    must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    (void)close(fd);
}

char *fuzz_string(const uint8_t **data, size_t *size)
{
    size_t length = strnlen((const char *)*data, *size);
    char *text = strndup((const char *)*data, length);

    must(text);
    *data += length;
    *size -= length;
    if (*size > 0) {
        (*data)++;
        (*size)--;
    }
    return text;
}
