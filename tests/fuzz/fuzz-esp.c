/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: the configuration that GRUB reads on the EFI system partition before its own. */

#include "discover/loaders/esp.h"

#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct started STARTED = {.by = STARTER_GRUB};
    char *own, *problem;

    fuzz_write("sys/firmware/efi/fw_platform_size", "64\n", 3);
    fuzz_write("boot/grub/grub.cfg", "", 0);
    fuzz_write("proc/self/mountinfo", "22 1 8:2 / / rw - ext4 /dev/sda2 rw\n", 36);
    fuzz_write("dev/sda2", "", 0);
    fuzz_write("dev/disk/by-uuid/01234567-89ab", "", 0);
    fuzz_write("boot/efi/EFI/debian/grub.cfg", data, size);
    own = esp_grub_home(fuzz_root(), &STARTED);
    must(!own || *own == '/');
    problem = esp_grub_problem(fuzz_root(), &STARTED, own);
    must(!problem || strstr(problem, "grub.cfg"));
    free(problem);
    free(own);
    return 0;
}
