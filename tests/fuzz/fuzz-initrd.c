/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: an initrd. */

#include "discover/kernel/initrd.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

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
    return 0;
}
