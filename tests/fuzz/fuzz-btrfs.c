/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: a btrfs from its superblock on, which is at 64 KiB. */

#include "discover/loaders/grub/btrfs.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("btrfs", MFD_CLOEXEC), r;
    uint64_t id;

    must(fd >= 0 && pwrite(fd, data, size, 65536) == (ssize_t)size);
    r = btrfs_default_subvolume(fd, &id);
    must(r == 0 || r == -EBADMSG || r == -EOPNOTSUPP);
    (void)close(fd);
    return 0;
}
