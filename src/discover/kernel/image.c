/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/image.h"

#include <ctype.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/util.h"
#include "discover/kernel/compressed.h"

enum {
    HEAD = 0x268, /* up to the last field of the x86 setup header that is read */
    MAX_RELEASE = 128,
    /* The kernel reserves room for "elfcorehdr=0x…", which it may add (MAX_ELFCOREHDR_STR_LEN in
     * arch/x86/kernel/kexec-bzimage64.c), whether it does or not. */
    X86_CMDLINE_RESERVE = 30,
    ARM64_CMDLINE_MAX = 2047, /* COMMAND_LINE_SIZE without the NUL */
    /* How far into an arm64 image, which has no field for it, the banner is searched for. */
    MAX_BANNER_OFFSET = 128 * 1024 * 1024,
};

/* The file that is examined. */
struct file {
    int fd;
    uint64_t start; /* where the kernel is in it */
    uint64_t size;  /* and how long */
    unsigned char head[HEAD];
    char **problem;
};

#define EMPTY "empty"
#define TOO_SHORT "too short for a kernel"
#define TRUNCATED "truncated"

static int refuse(const struct file *file, const char *problem)
{
    *file->problem = xstrdup(problem);
    return -ENOEXEC;
}

/* Reads up to `size` bytes at `offset`, which is within the file: as many as there are. */
static int read_some(const struct file *file, void *buffer, uint64_t offset, size_t *size)
{
    if (*size > file->size - offset)
        *size = (size_t)(file->size - offset);
    return fd_read_at(file->fd, buffer, *size, file->start + offset);
}

/* The first word of `text`, if it can be a release: it becomes part of a path. */
static char *release_of(const char *text)
{
    size_t length = strcspn(text, " \n");

    if (length == 0 || length > MAX_RELEASE || !isdigit((unsigned char)text[0]))
        return NULL;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("._+~-", text[i]))
            return NULL;
    return xstrndup(text, length);
}

static int x86_release(const struct file *file, size_t setup_size, char **ret_release)
{
    size_t offset = get_le16(file->head + 0x20e), length = MAX_RELEASE + 1;
    char text[MAX_RELEASE + 2] = "";
    int r;

    /* The field counts from the end of the boot sector; the string is in the setup code. */
    if (offset == 0 || offset + 0x200 >= setup_size)
        return refuse(file, "bzImage without a version string");
    r = read_some(file, text, offset + 0x200, &length);
    if (r < 0)
        return r;
    *ret_release = release_of(text);
    return *ret_release ? 0 : refuse(file, "bzImage whose version string is not a kernel release");
}

static int read_x86(const struct file *file, struct image *image)
{
    enum { LOADED_HIGH = 1, KERNEL_64 = 1, ABOVE_4G = 2 };
    unsigned protocol = get_le16(file->head + 0x206);
    size_t setup_size = ((file->head[0x1f1] ? file->head[0x1f1] : 4) + 1) * 512U;
    uint64_t need = setup_size + (uint64_t)get_le32(file->head + 0x1f4) * 16;

    if (get_le16(file->head + 0x1fe) != 0xaa55)
        return refuse(file, "bzImage without a boot sector signature");
    if (protocol < 0x020c)
        return refuse(file, "bzImage of a boot protocol older than 2.12");
    if (!(file->head[0x211] & LOADED_HIGH))
        return refuse(file, "zImage, not a bzImage");
    if ((get_le16(file->head + 0x236) & (KERNEL_64 | ABOVE_4G)) != (KERNEL_64 | ABOVE_4G))
        return refuse(file, "bzImage without a 64-bit entry point that can be loaded anywhere");
    if (need > file->size) {
        *file->problem = format(TRUNCATED ": %llu bytes, its header says %llu",
                                (unsigned long long)file->size, (unsigned long long)need);
        return -ENOEXEC;
    }
    if (get_le32(file->head + 0x238) <= X86_CMDLINE_RESERVE + 1)
        return refuse(file, "bzImage that accepts no command line");
    image->arch = IMAGE_X86_64;
    image->memory = get_le32(file->head + 0x260); /* init_size, with what it is unpacked to */
    image->cmdline_max = get_le32(file->head + 0x238) - X86_CMDLINE_RESERVE - 1;
    return x86_release(file, setup_size, &image->release);
}

/* Looks for "Linux version X" in the image: the kernel contains its banner uncompressed. */
static int arm64_release(const struct file *file, char **ret_release)
{
    static const char BANNER[] = "Linux version ";
    uint64_t at = file->start, end = at + file->size;
    int r;

    if (file->size > MAX_BANNER_OFFSET)
        end = at + MAX_BANNER_OFFSET;
    while ((r = fd_find(file->fd, BANNER, strlen(BANNER), at, end, &at)) == 0) {
        char text[MAX_RELEASE + 2] = "";
        size_t n = sizeof(text) - 1;

        at += strlen(BANNER);
        if (at - file->start > file->size)
            break;
        r = read_some(file, text, at - file->start, &n);
        if (r < 0)
            return r;
        *ret_release = release_of(text);
        if (*ret_release)
            return 0;
    }
    return r >= 0 || r == -ENOENT || r == -EFBIG
               ? refuse(file, "arm64 image without a version string")
               : r;
}

static int read_arm64(const struct file *file, struct image *image)
{
    uint64_t need = get_le64(file->head + 16);

    /* The field also counts zeros that are not in the file, so it does not show whether the file is
     * truncated. */
    if (need == 0)
        return refuse(file, "arm64 image older than Linux 3.17");
    if (get_le64(file->head + 24) & 1)
        return refuse(file, "big-endian arm64 image");
    image->arch = IMAGE_ARM64;
    image->memory = need;
    image->cmdline_max = ARM64_CMDLINE_MAX;
    return arm64_release(file, &image->release);
}

static int refuse_unknown(const struct file *file, size_t length)
{
    static const struct {
        const char *magic;
        size_t length;
        const char *problem;
    } KNOWN[] = {
        {"\x7f"
         "ELF",
         4, "an ELF file, not a bzImage or arm64 Image"},
        {"\x1f\x8b", 2, "gzip-compressed, which kexec_file_load does not accept"},
        {"MZ", 2, "a PE file without a kernel header (a unified kernel image?)"},
        {"#!", 2, "a script, not a kernel"},
    };

    if (length == 0)
        return refuse(file, EMPTY);
    for (size_t i = 0; i < ELEMENTS(KNOWN); i++)
        if (length >= KNOWN[i].length && memcmp(file->head, KNOWN[i].magic, KNOWN[i].length) == 0)
            return refuse(file, KNOWN[i].problem);
    return refuse(file, length < HEAD ? TOO_SHORT : "neither a bzImage nor an arm64 Image");
}

int image_read_part(int fd, uint64_t start, uint64_t size, struct image *ret_image,
                    char **ret_problem)
{
    struct file file = {.fd = fd, .start = start, .size = size, .problem = ret_problem};
    size_t n = HEAD;
    int r;

    *ret_problem = NULL;
    *ret_image = (struct image){0};
    r = read_some(&file, file.head, 0, &n);
    if (r < 0)
        return r;
    if (n == HEAD && memcmp(file.head + 0x202, "HdrS", 4) == 0)
        return read_x86(&file, ret_image);
    if (n == HEAD && memcmp(file.head + 56, "ARM\x64", 4) == 0)
        return read_arm64(&file, ret_image);
    return refuse_unknown(&file, n);
}

int image_read(int fd, struct image *ret_image, char **ret_problem)
{
    struct stat st;

    *ret_problem = NULL;
    *ret_image = (struct image){0};
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return refuse(&(struct file){.problem = ret_problem}, "not a regular file");
    return image_read_part(fd, 0, (uint64_t)st.st_size, ret_image, ret_problem);
}

int image_read_packed(int fd, uint64_t start, uint64_t size, struct image *ret_image,
                      int *ret_unpacked, char **ret_problem)
{
    int r = compressed_unpack(fd, start, size, ret_unpacked, ret_problem);

    *ret_image = (struct image){0};
    if (r < 0)
        return r;
    if (r == 0)
        return image_read_part(fd, start, size, ret_image, ret_problem);
    r = image_read(*ret_unpacked, ret_image, ret_problem);
    if (*ret_problem)
        set_text(ret_problem, format("what is compressed in it: %s", *ret_problem));
    if (r < 0 || ret_image->arch == IMAGE_ARM64)
        return r;
    image_clear(ret_image); /* not every boot loader unpacks it on other machines */
    *ret_problem = xstrdup("compressed, and not a kernel for arm64");
    return -ENOEXEC;
}

bool image_is_damaged(const char *problem)
{
    return streq(problem, EMPTY) || streq(problem, TOO_SHORT) || after_prefix(problem, TRUNCATED);
}
