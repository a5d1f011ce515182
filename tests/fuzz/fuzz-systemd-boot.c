/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: loader.conf, the default in an EFI variable, mountinfo, udev's words on a partition, and
 * then entries, each with its name before it; each ended by a NUL. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/efivar.h"
#include "discover/loaders/loader.h"
#include "fuzz.h"

enum {
    ENTRIES = 4,
    NAME = 64,
};

static void write_variable(const char *name, const char *text)
{
    char path[128], wide[512] = {7};
    size_t n = strnlen(text, (sizeof(wide) - 6) / 2);

    for (size_t i = 0; i < n; i++)
        wide[4 + 2 * i] = text[i];
    snprintf(path, sizeof(path), EFIVARS_DIR "/%s-" EFI_GUID_LOADER, name);
    fuzz_write(path, wide, 4 + 2 * n + 2);
}

static void write_input(const char *path, const uint8_t **data, size_t *size)
{
    char *text = fuzz_string(data, size);

    fuzz_write(path, text, strlen(text));
    free(text);
}

/* The paths that are to be removed again. */
static size_t write_entries(char paths[ENTRIES][256], const uint8_t **data, size_t *size)
{
    size_t n = 0;

    while (*size > 0 && n < ENTRIES) {
        char *name = fuzz_string(data, size);

        if (strlen(name) > NAME || strchr(name, '/') || name[0] == '.' || !*name)
            name[strlen(name) ? 1 : 0] = 0;
        snprintf(paths[n], sizeof(paths[n]), "%s/e%s.conf",
                 n % 2 ? "efi/loader/entries" : "boot/loader/entries",
                 strchr(name, '/') ? "" : name);
        write_input(paths[n], data, size);
        free(name);
        n++;
    }
    return n;
}

static void check(void)
{
    struct boot_entries entries = {0};

    must(loader_systemd_boot.read(fuzz_root(), NULL, &entries) == 1);
    must(entries.chosen <= entries.n);
    must((entries.chosen < entries.n) == !entries.problem);
    must(!entries.problem == (entries.chosen_reason != NULL));
    for (size_t i = 0; i < entries.n; i++)
        must(entries.entries[i].problem || entries.entries[i].kernel);
    boot_entries_clear(&entries);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char paths[ENTRIES][256], *pattern;
    size_t n;

    fuzz_write("boot/k", "", 0);
    fuzz_write("efi/k", "", 0);
    write_variable("LoaderInfo", "systemd-boot 257.9-1");
    write_input("efi/loader/loader.conf", &data, &size);
    pattern = fuzz_string(&data, &size);
    write_variable("LoaderEntryDefault", pattern);
    write_variable("LoaderEntryLastBooted", pattern);
    free(pattern);
    write_input("proc/self/mountinfo", &data, &size);
    write_input("run/udev/data/b8:2", &data, &size);
    n = write_entries(paths, &data, &size);
    check();
    while (n-- > 0)
        (void)unlinkat(fuzz_root(), paths[n], 0);
    return 0;
}
