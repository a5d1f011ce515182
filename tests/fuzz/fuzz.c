/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

/* No input may make a parser use more memory than this. It limits what is allocated and not yet
 * freed, and is checked at every allocation: the resident size says little under ASan, which
 * retains freed memory and has shadow memory. libFuzzer's own memory is included, so a parser
 * really may use less. */
#if HAS_ASAN
/* As in clang's sanitizer/allocator_interface.h, which gcc lacks. */
size_t __sanitizer_get_current_allocated_bytes(void);
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));

enum {
    MOST = 64 * 1024 * 1024,
};

static size_t peak;

static void on_allocation(const volatile void *memory, size_t size)
{
    size_t now = __sanitizer_get_current_allocated_bytes();

    (void)memory, (void)size;
    peak = now > peak ? now : peak;
    if (now > MOST) {
        fputs("more than 64 MiB are allocated\n", stderr);
        abort();
    }
}

static void on_free(const volatile void *memory)
{
    (void)memory;
}

static void tell_peak(void)
{
    fprintf(stderr, "most memory at a time: %zu KiB\n", peak / 1024);
}

__attribute__((constructor)) static void watch_memory(void)
{
    must(__sanitizer_install_malloc_and_free_hooks(on_allocation, on_free) > 0);
    must(atexit(tell_peak) == 0);
}
#endif

/* In memory if possible: most of the time is spent writing files. */
static char directory[] = "/dev/shm/fastreboot-fuzz-XXXXXX";

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
        if (!mkdtemp(directory)) {
            strcpy(directory, "/tmp/fastreboot-fuzz-XXXXXX");
            must(mkdtemp(directory));
        }
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
