/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/util.h"
#include "discover/kernel/uki.h"

enum {
    FIRST_WITH_UCODE = 256,
    FIRST_WITH_PCRSIG = 252,
    FIRST_WITH_OSREL = 257,
};

/* Sections that the stub turns into files in /.extra of the initrd, each in its own archive and in
 * this order. A key that is sealed to a signed policy needs the first. */
static const struct {
    enum uki_part part;
    int since; /* version of the stub */
    const char *name;
} EXTRAS[] = {
    {UKI_PCRSIG, FIRST_WITH_PCRSIG, ".extra/tpm2-pcr-signature.json"},
    {UKI_PCRPKEY, FIRST_WITH_PCRSIG, ".extra/tpm2-pcr-public-key.pem"},
    {UKI_OSREL, FIRST_WITH_OSREL, ".extra/os-release"},
    {UKI_PROFILE, FIRST_WITH_OSREL, ".extra/profile"},
};

/* What is not in the file is zero, as in the memory of the loaded program. */
static int append(int to, int from, const struct pe_section *section, uint32_t size)
{
    uint32_t stored = section->stored < size ? section->stored : size;
    off_t end;
    int r = fd_copy(to, from, section->offset, (uint64_t)section->offset + stored);

    if (r < 0 || size == stored)
        return r;
    end = lseek(to, (off_t)(size - stored), SEEK_CUR);
    return end < 0 || ftruncate(to, end) < 0 ? -errno : 0;
}

/* The kernel expects the next archive at a multiple of 4. */
static int pad(int fd)
{
    off_t at = lseek(fd, 0, SEEK_CUR);

    return at < 0 ? -errno : fd_write(fd, "\0\0\0", (size_t)(-at & 3));
}

/* Writes a header in the archive format "newc", and the name, padded. */
static int write_header(int fd, unsigned inode, unsigned mode, uint32_t size, const char *name)
{
    AUTOFREE char *header =
        format("070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s", inode, mode, 0, 0, 1,
               0, size, 0, 0, 0, 0, (unsigned)strlen(name) + 1, 0, name);
    int r = fd_write(fd, header, strlen(header) + 1);

    return r < 0 ? r : pad(fd);
}

static int append_extra(int to, int from, const struct pe_section *section, const char *name)
{
    int r = write_header(to, 1, S_IFDIR | 0555, 0, ".extra");

    if (r >= 0)
        r = write_header(to, 2, S_IFREG | 0444, section->size, name);
    if (r >= 0)
        r = append(to, from, section, section->size);
    if (r >= 0)
        r = pad(to);
    return r < 0 ? r : write_header(to, 0, 0, 0, "TRAILER!!!");
}

static int write_initrd(const struct uki *uki, const struct pe_section *const *parts, int to)
{
    int r = 0;

    if (parts[UKI_UCODE] && uki->stub >= FIRST_WITH_UCODE)
        r = append(to, uki->fd, parts[UKI_UCODE], parts[UKI_UCODE]->size);
    if (r >= 0 && parts[UKI_INITRD])
        r = pad(to);
    if (r >= 0 && parts[UKI_INITRD])
        r = append(to, uki->fd, parts[UKI_INITRD], parts[UKI_INITRD]->size);
    for (size_t i = 0; r >= 0 && i < ELEMENTS(EXTRAS); i++)
        if (parts[EXTRAS[i].part] && uki->stub >= EXTRAS[i].since) {
            r = pad(to);
            if (r >= 0)
                r = append_extra(to, uki->fd, parts[EXTRAS[i].part], EXTRAS[i].name);
        }
    return r;
}

/* The kernel may be longer in memory than in its file; kexec_file_load needs the file. */
static int kernel_size(const struct uki *uki, const struct pe_section *section, uint64_t *ret_size)
{
    *ret_size = section->size < section->stored ? section->size : section->stored;
    if (section->size < section->stored)
        return 0;
    /* the table does not say where it ends */
    return pe_signed_size(uki->fd, section->offset, *ret_size, ret_size);
}

static int write_kernel(const struct uki *uki, const struct pe_section *const *parts, int to)
{
    uint64_t size;
    int r = kernel_size(uki, parts[UKI_LINUX], &size);

    return r < 0 ? r : append(to, uki->fd, parts[UKI_LINUX], (uint32_t)size);
}

static int make(const struct uki *uki, const struct pe_section *const *parts, const char *name,
                int (*fill)(const struct uki *, const struct pe_section *const *, int))
{
    AUTOCLOSE int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int r = fd < 0 ? -errno : fill(uki, parts, fd);

    if (r >= 0)
        r = fd_seal(fd);
    return r < 0 ? r : steal_fd(&fd);
}

static int unpack(const struct uki *uki, const struct pe_section *const *parts, int *ret_kernel,
                  int *ret_initrd)
{
    AUTOCLOSE int kernel = -1, initrd = -1;
    struct stat st;

    kernel = make(uki, parts, "kernel", write_kernel);
    initrd = kernel < 0 ? kernel : make(uki, parts, "initrd", write_initrd);
    if (initrd < 0)
        return initrd;
    if (fstat(initrd, &st) < 0)
        return -errno;
    *ret_kernel = steal_fd(&kernel);
    *ret_initrd = st.st_size > 0 ? steal_fd(&initrd) : -1;
    return 0;
}

/* Begins with either of the two below: gives the parts of the profile, and the size of its kernel.
 */
static int read_whole(int fd, unsigned profile, struct uki *ret_uki,
                      const struct pe_section *ret_parts[N_UKI_PARTS], uint64_t *ret_size,
                      char **ret_problem)
{
    int r = uki_read(fd, ret_uki);

    *ret_problem = r == -ENOEXEC ? xstrdup("not a unified kernel image")
                   : r >= 0      ? uki_problem(ret_uki, profile)
                                 : NULL;
    if (r >= 0 && !*ret_problem)
        r = uki_select(ret_uki, profile, ret_parts);
    if (r >= 0 && !*ret_problem)
        r = kernel_size(ret_uki, ret_parts[UKI_LINUX], ret_size);
    if (r >= 0 && !*ret_problem && *ret_size == 0)
        *ret_problem = xstrdup("its kernel is empty");
    return *ret_problem ? -ENOEXEC : r;
}

/* As write_initrd() writes it; headers and padding are nothing that matters for memory. */
static void measure_initrd(const struct uki *uki, const struct pe_section *const *parts,
                           struct uki_content *content)
{
    const struct pe_section *own[] = {uki->stub >= FIRST_WITH_UCODE ? parts[UKI_UCODE] : NULL,
                                      parts[UKI_INITRD]};

    for (size_t i = 0; i < ELEMENTS(own); i++) {
        if (!own[i])
            continue;
        content->initrd_size += own[i]->size;
        content->archives[i].start = own[i]->offset;
        content->archives[i].end =
            own[i]->offset +
            (uint64_t)(own[i]->size < own[i]->stored ? own[i]->size : own[i]->stored);
    }
    for (size_t i = 0; i < ELEMENTS(EXTRAS); i++)
        if (parts[EXTRAS[i].part] && uki->stub >= EXTRAS[i].since)
            content->initrd_size += parts[EXTRAS[i].part]->size;
}

int uki_look(int fd, unsigned profile, struct uki_content *ret_content, char **ret_problem)
{
    CLEANUP(uki_clear) struct uki uki;
    const struct pe_section *parts[N_UKI_PARTS];
    uint64_t size;
    int r = read_whole(fd, profile, &uki, parts, &size, ret_problem);

    *ret_content = (struct uki_content){0};
    if (r < 0)
        return r;
    measure_initrd(&uki, parts, ret_content);
    ret_content->kernel = parts[UKI_LINUX]->offset;
    ret_content->kernel_size = size;
    return 0;
}

int uki_unpack(int fd, unsigned profile, int *ret_kernel, int *ret_initrd, char **ret_problem)
{
    CLEANUP(uki_clear) struct uki uki;
    const struct pe_section *parts[N_UKI_PARTS];
    uint64_t size;
    int r = read_whole(fd, profile, &uki, parts, &size, ret_problem);

    return r < 0 ? r : unpack(&uki, parts, ret_kernel, ret_initrd);
}
