/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: the tables of SMBIOS. */

#include "discover/loaders/systemd-boot/smbios.h"

#include <string.h>

#include "fuzz.h"

static int has(const uint8_t *data, size_t size, const char *text)
{
    return memmem(data, size, text, strlen(text)) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int adds = has(data, size, "io.systemd.boot.entries-extra:") ||
               has(data, size, "io.systemd.boot.kernel-cmdline-extra=") ||
               has(data, size, "io.systemd.stub.kernel-cmdline-extra=");

    fuzz_write(SMBIOS_TABLES, data, size);
    must(smbios_adds_to_boot(fuzz_root()) == adds);
    return 0;
}
