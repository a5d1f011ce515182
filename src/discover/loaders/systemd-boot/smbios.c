/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/systemd-boot/smbios.h"

#include <errno.h>

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
    AUTOFREE char *tables = NULL;
    size_t length;
    int r = root_read(root, SMBIOS_TABLES, MAX_TABLES, &tables, &length);

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    for (size_t i = 0; i < ELEMENTS(STRINGS); i++)
        if (memmem(tables, length, STRINGS[i], strlen(STRINGS[i])))
            return 1;
    return 0;
}
