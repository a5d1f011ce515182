/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: a boot entry for GRUB's blscfg; after a NUL, grubenv. Read as by both GRUBs. */

#include <string.h>

#include "base/version.h"
#include "discover/loaders/choose.h"
#include "discover/loaders/grub/commands/bls.h"
#include "fuzz.h"

static void check_file(enum grub_flavour flavour)
{
    struct grub_bls_file file = {0};
    char *problem = NULL;

    if (grub_bls_read(fuzz_root(), "/boot/loader/entries", "m-1-1.conf", flavour, &file,
                      &problem) == 0) {
        must(!problem && file.n <= GRUB_BLS_MAX_LINES);
        for (size_t i = 0; i < file.n; i++) {
            must(version_compare_package(file.lines[i].value, file.lines[i].value, true) == 0);
            must(version_compare_file(file.lines[i].value, file.lines[i].value) == 0);
        }
    }
    grub_bls_clear(&file);
    free(problem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char CONFIG[] =
        "load_env\nset timeout=0\nset boot=$root\nset default=$saved_entry\n"
        "blscfg\n";
    char *entry = fuzz_string(&data, &size), *env = fuzz_string(&data, &size);
    struct boot_entries entries;

    fuzz_write("proc/cmdline", "ro", 2);
    fuzz_write("boot/k", "k", 1);
    fuzz_write("boot/grub/grub.cfg", CONFIG, strlen(CONFIG));
    fuzz_write("boot/grub/grubenv", env, strlen(env));
    fuzz_write("boot/loader/entries/m-1-1.conf", entry, strlen(entry));
    fuzz_write("boot/loader/entries/m-2-1.conf", "linux /k\ninitrd /k\n", 19);
    check_file(GRUB_FEDORA);
    check_file(GRUB_UPSTREAM);
    boot_entries_read(fuzz_root(), &(struct config){0}, &(struct started){.by = STARTER_GRUB},
                      &entries);
    must((entries.chosen < entries.n) == !entries.problem);
    for (size_t i = 0; i < entries.n; i++)
        must(!entries.entries[i].kernel == !!entries.entries[i].problem);
    boot_entries_clear(&entries);
    free(entry);
    free(env);
    return 0;
}
