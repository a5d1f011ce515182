/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: extlinux.conf; after a NUL, a file that it may include as "more.cfg"; after another, the
 * running kernel's command line; then the end of ldlinux.sys. */

#include <string.h>

#include "discover/loaders/loader.h"
#include "facts/boot-entries.h"
#include "fuzz.h"

enum {
    ADV = 1024,
};

static void check(const struct boot_entries *entries)
{
    must(entries->problem ? entries->chosen == entries->n : entries->chosen < entries->n);
    for (size_t i = 0; i < entries->n; i++) {
        const struct boot_entry *entry = &entries->entries[i];

        must(!entry->kernel == (entry->problem != NULL));
        must(!entry->kernel || entry->kernel[0] == '/');
        must(entry->n_initrds <= 16);
        for (size_t j = 0; j < entry->n_initrds; j++)
            must(entry->initrds[j][0] == '/' && !strstr(entry->initrds[j], "/../"));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char MOUNTS[] = "21 1 8:2 / / rw - ext4 /dev/sda2 rw\n"
                                 "22 21 8:1 / /boot rw - ext4 /dev/sda1 rw\n";
    const struct started started = {.boot = {.loader_type = 0x30, .boot_image = (char *)"k"}};
    char *config = fuzz_string(&data, &size), *more = fuzz_string(&data, &size),
         *cmdline = fuzz_string(&data, &size);
    uint8_t adv[ADV] = {0};
    struct boot_entries entries = {0};

    memcpy(adv, data, size < ADV ? size : ADV);
    fuzz_write("proc/self/mountinfo", MOUNTS, sizeof(MOUNTS) - 1);
    fuzz_write("proc/cmdline", cmdline, strlen(cmdline));
    fuzz_write("boot/menu.c32", "", 0);
    fuzz_write("boot/ldlinux.sys", adv, sizeof(adv));
    fuzz_write("boot/extlinux.conf", config, strlen(config));
    fuzz_write("boot/more.cfg", more, strlen(more));
    must(loader_syslinux.read(fuzz_root(), &(struct running){.started = &started}, &entries) == 1);
    check(&entries);
    boot_entries_clear(&entries);
    free(config);
    free(more);
    free(cmdline);
    return 0;
}
