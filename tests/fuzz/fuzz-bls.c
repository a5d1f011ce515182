/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: a boot entry of the Boot Loader Specification; after a NUL, loader.conf. */

#include <errno.h>
#include <string.h>

#include "discover/loaders/bls/bls-entry.h"
#include "discover/loaders/choose.h"
#include "fuzz.h"

/* Uses the id as a file name if possible, so that boot counters are read, too. */
static void check_entry(const char *name)
{
    struct bls_entry entry;

    if (bls_entry_read(fuzz_root(), "/boot", name, &entry) == 0) {
        must(entry.id && *entry.id && entry.directory);
        must(entry.linux_path || entry.problem);
        must(entry.n_initrds <= BLS_MAX_INITRDS && entry.tries_left >= -1);
        must(bls_entry_compare(&entry, &entry) == 0);
    }
    bls_entry_clear(&entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char INFO[] = "\6\0\0\0s\0y\0s\0t\0e\0m\0d\0-\0b\0o\0o\0t\0 \0002\0005\0004\0\0";
    char *entry = fuzz_string(&data, &size), *settings = fuzz_string(&data, &size);
    struct boot_entries entries;

    fuzz_write("proc/cmdline", "ro", 2);
    fuzz_write("sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", INFO,
               sizeof(INFO));
    fuzz_write("boot/loader/loader.conf", settings, strlen(settings));
    fuzz_write("boot/loader/entries/a+1-2.conf", entry, strlen(entry));
    check_entry("a+1-2.conf");
    boot_entries_read(fuzz_root(), &(struct config){0},
                      &(struct started){.by = STARTER_SYSTEMD_BOOT}, &entries);
    must(entries.chosen < entries.n || entries.problem);
    boot_entries_clear(&entries);
    free(entry);
    free(settings);
    return 0;
}
