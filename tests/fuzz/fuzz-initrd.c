/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: an initrd. */

#include "discover/kernel/initrd.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "discover/kernel/initrd-way.h"
#include "fuzz.h"

/* What opens volumes is looked for in any file, damaged or not. */
static void look_for_programs(const uint8_t *data, size_t size)
{
    static const struct boot_entry ENTRY = {.cmdline = (char *)""};
    struct boot_file file = {.fd = memfd_create("initrd", MFD_CLOEXEC), .size = size};
    const char *program;
    const struct boot_payload payload = {.entry = &ENTRY, .initrds = &file, .n_initrds = 1};

    must(file.fd >= 0 && pwrite(file.fd, data, size, 0) == (ssize_t)size);
    must((initrd_way(&payload, &program) == INITRD_SYSTEMD) == !!program);
    (void)close(file.fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("initrd", MFD_CLOEXEC);
    char *problem;

    must(fd >= 0 && pwrite(fd, data, size, 7) == (ssize_t)size);
    must(initrd_check(fd, 7, 7 + size, &problem) == 0);
    must(!problem || *problem);
    must(!problem || size > 0);
    free(problem);
    (void)close(fd);
    look_for_programs(data, size);
    return 0;
}
