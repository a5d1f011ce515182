/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: a FAT32 file system. */

#include "discover/loaders/fat/fat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

static void check_file(const struct fat *fat, const struct fat_file *file, int fd)
{
    char *text = NULL;
    int r = fat_read(fat, file, 65536, &text);

    must(*file->path && *file->path != '/' && !strstr(file->path, "//"));
    must(!strstr(file->path, "/../") && strncmp(file->path, "../", 3) != 0);
    must(r == 0 || r == -EFBIG || r == -EBADMSG);
    must((r == 0) == (text != NULL));
    free(text);
    r = fat_is_same(fat, file, fd, true);
    must(r == 0 || r == 1 || r == -EBADMSG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("fat", MFD_CLOEXEC), r;
    struct fat fat;
    struct fat_file *files = NULL;
    size_t n = 0;

    must(fd >= 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    r = fat_open(fd, &fat);
    must(r == 0 || r == -EBADMSG || r == -EBUSY);
    if (r == 0) {
        r = fat_list(&fat, &files, &n);
        must(r == 0 || r == -EBADMSG || r == -E2BIG);
    }
    for (size_t i = 0; r == 0 && i < n && i < 50; i++)
        check_file(&fat, &files[i], fd);
    fat_free(files, n);
    fat_clear(&fat);
    (void)close(fd);
    return 0;
}
