/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/systemd-boot/smbios.h"

#include <errno.h>

#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_TABLES = 1024 * 1024,
};

int smbios_adds_to_boot(int root)
{
    static const char *const STRINGS[] = {
        "io.systemd.boot.entries-extra:",
        "io.systemd.boot.kernel-cmdline-extra=",
        "io.systemd.stub.kernel-cmdline-extra=",
    };
    AUTOCLOSE int fd = root_open(root, SMBIOS_TABLES, NULL);
    int r = fd == -ENOENT ? 0 : fd < 0 ? fd : -ENOENT;

    for (size_t i = 0; r == -ENOENT && i < ELEMENTS(STRINGS); i++)
        r = fd_find(fd, STRINGS[i], strlen(STRINGS[i]), 0, MAX_TABLES, NULL);
    return r == -ENOENT ? 0 : r == 0 && fd >= 0 ? 1 : r;
}
