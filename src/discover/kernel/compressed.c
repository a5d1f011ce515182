/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/compressed.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/fd.h"
#include "base/util.h"
#include "discover/kernel/inflate.h"
#include "discover/kernel/pe.h"

/* Where the fields of zboot's header are (drivers/firmware/efi/libstub/zboot-header.S). */
enum {
    ZBOOT_TYPE = 4, /* "zimg" */
    ZBOOT_OFFSET = 8,
    ZBOOT_SIZE = 12,
    ZBOOT_METHOD = 24, /* "gzip", "zstd22" */
    ZBOOT_HEADER = 56,
};

static bool is_zboot(const unsigned char *head)
{
    return memcmp(head, "MZ", 2) == 0 && memcmp(head + ZBOOT_TYPE, "zimg", 4) == 0;
}

/* Where in the file the compressed Image is; false if the header says that it is not in there. */
static bool find_content(const unsigned char *head, uint64_t start, uint64_t size,
                         struct inflation *inflation)
{
    uint64_t offset = get_le32(head + ZBOOT_OFFSET), length = get_le32(head + ZBOOT_SIZE);

    if (offset < ZBOOT_HEADER || offset > size || length > size - offset)
        return false;
    inflation->at = start + offset;
    inflation->end = inflation->at + length;
    return true;
}

/* The name of the method, as far as it can be printed, for free(). */
static char *method_of(const unsigned char *head)
{
    char *name = xstrndup((const char *)head + ZBOOT_METHOD, ZBOOT_HEADER - ZBOOT_METHOD);

    for (char *at = name; *at; at++)
        if (*at <= ' ' || *at > '~')
            *at = '?';
    return name;
}

/* Behind the compressed Image comes the program that the firmware starts. Of one in a unified
 * kernel image, its section says whether it is whole. */
static const char *program_problem(int fd)
{
    struct pe pe;
    int r = pe_read(fd, &pe);
    const char *problem = r < 0 ? "a zboot kernel that is not a PE file" : pe_problem(&pe);

    pe_clear(&pe);
    return problem;
}

/* What is wrong with it, in words for free(), or NULL. */
static char *unpack_zboot(const unsigned char *head, uint64_t start, uint64_t size,
                          struct inflation *inflation)
{
    AUTOFREE char *method = method_of(head);

    if (!find_content(head, start, size, inflation))
        return xstrdup("truncated: its header says that its compressed Image ends behind the end "
                       "of the file");
    if (start == 0 && program_problem(inflation->from))
        return xstrdup(program_problem(inflation->from));
    if (streq(method, "gzip"))
        (void)inflate_gzip(inflation);
    else if (after_prefix(method, "zstd"))
        (void)inflate_zstd(inflation);
    else
        return format("a zboot kernel compressed by \"%s\", which fastreboot does not unpack",
                      method);
    return xstrdup(inflation->problem);
}

int compressed_unpack(int fd, uint64_t start, uint64_t size, int *ret_image, char **ret_problem)
{
    struct inflation inflation = {.from = fd, .at = start, .end = start + size};
    AUTOCLOSE int image = -1;
    unsigned char head[ZBOOT_HEADER];
    int r;

    *ret_image = -1;
    *ret_problem = NULL;
    if (size < sizeof(head))
        return 0;
    r = fd_read_at(fd, head, sizeof(head), start);
    if (r < 0)
        return r;
    if (memcmp(head, "\x1f\x8b", 2) != 0 && !is_zboot(head))
        return 0;
    image = inflation.to = memfd_create("kernel", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (image < 0)
        return -errno;
    if (is_zboot(head))
        *ret_problem = unpack_zboot(head, start, size, &inflation);
    else if (!inflate_gzip(&inflation))
        *ret_problem = xstrdup(inflation.problem);
    if (*ret_problem)
        return -ENOEXEC;
    r = inflation.error < 0 ? inflation.error : fd_seal(image);
    if (r < 0)
        return r;
    *ret_image = steal_fd(&image);
    return 1;
}
