/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: a unified kernel image. */

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "discover/kernel/uki.h"
#include "discover/loaders/choose.h"
#include "fuzz.h"

enum {
    /* How much the holes in an image may add to the file, so that the fuzzer stays within its own
     * limits. */
    MAX_UNPACKED = 32 * 1024 * 1024,
};

static uint64_t size_of(int fd)
{
    struct stat st;

    must(fstat(fd, &st) == 0 && st.st_size >= 0);
    return (uint64_t)st.st_size;
}

/* Whether the sections are so large that copying them takes too long. */
static int is_huge(const struct uki *uki)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < uki->pe.n; i++)
        sum += uki->pe.sections[i].size;
    return sum > MAX_UNPACKED;
}

static void check_unpacked(int fd, uint64_t size)
{
    int kernel = -1, initrd = -1, r;
    char *problem;

    r = uki_unpack(fd, 0, &kernel, &initrd, &problem);
    must(r == 0 || r == -ENOEXEC || r == -E2BIG);
    must((r == -ENOEXEC) == (problem != NULL));
    if (r == 0) {
        must(size_of(kernel) > 0 && size_of(kernel) <= size);
        must(pwrite(kernel, "x", 1, 0) < 0); /* sealed */
        (void)close(kernel);
    }
    if (r == 0 && initrd >= 0) {
        must(size_of(initrd) > 0);
        (void)close(initrd);
    }
    free(problem);
}

static void check_sections(const struct uki *uki)
{
    const struct pe_section *parts[N_UKI_PARTS];
    char *text;

    for (unsigned profile = 0; uki_select(uki, profile, parts) == 0 && profile < 300; profile++)
        for (size_t i = 0; i < N_UKI_PARTS; i++) {
            int r = parts[i] ? uki_text(uki, parts[i], &text) : -ENOENT;

            if (r < 0)
                continue;
            uki_mangle_cmdline(text);
            must(strlen(text) <= UKI_MAX_TEXT && text[0] != ' ');
            free(text);
        }
}

/* The same as systemd-boot's entry. */
static void check_entries(const uint8_t *data, size_t size)
{
    static const char INFO[] = "\6\0\0\0s\0y\0s\0t\0e\0m\0d\0-\0b\0o\0o\0t\0 \0002\0005\0007\0\0";
    struct boot_entries entries;

    fuzz_write("proc/cmdline", "ro", 2);
    fuzz_write("sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", INFO,
               sizeof(INFO));
    fuzz_write("efi/EFI/Linux/x+1-2.efi", data, size);
    boot_entries_read(fuzz_root(), &(struct config){0},
                      &(struct started){.by = STARTER_SYSTEMD_BOOT}, &entries);
    must(entries.chosen < entries.n || entries.problem);
    must(entries.n <= UKI_MAX_PROFILES);
    boot_entries_clear(&entries);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("image", MFD_CLOEXEC);
    struct uki uki;

    must(fd >= 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    check_entries(data, size);
    if (uki_read(fd, &uki) == 0) {
        check_sections(&uki);
        if (!is_huge(&uki))
            check_unpacked(fd, size);
        uki_clear(&uki);
    }
    (void)close(fd);
    return 0;
}
