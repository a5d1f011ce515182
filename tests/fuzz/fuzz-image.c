/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: a kernel image, as it is or compressed. */

#include "discover/kernel/image.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("image", MFD_CLOEXEC), r;
    struct image image;
    char *problem;
    int unpacked;

    must(fd >= 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    r = image_read_packed(fd, 0, size, &image, &unpacked, &problem);
    must(r == 0 || r == -ENOEXEC);
    if (r == 0) {
        must(image.release && *image.release && !strpbrk(image.release, "/ \n"));
        must(strlen(image.release) <= 128 && image.cmdline_max > 0 && !problem);
    } else {
        must(problem && *problem);
    }
    if (unpacked >= 0)
        (void)close(unpacked);
    image_clear(&image);
    free(problem);
    (void)close(fd);
    return 0;
}
