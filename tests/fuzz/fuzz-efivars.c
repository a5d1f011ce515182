/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: EFI variables as in efivarfs. Each starts with a byte that says which one it is, and two
 * for its length. */

#include <string.h>

#include "base/efivar.h"
#include "discover/loaders/choose.h"
#include "discover/system/boot-order.h"
#include "discover/system/requests.h"
#include "discover/system/started.h"
#include "fuzz.h"

static const char *const NAMES[] = {
    "OsIndications-" EFI_GUID_GLOBAL,
    "BootNext-" EFI_GUID_GLOBAL,
    "fwupd-0a1b2c3d-0000-0000-0000-000000000000-0-" EFI_GUID_FWUPD,
    "fwupd-x-1-" EFI_GUID_FWUPD,
    "HibernateLocation-8cf2644b-4b0b-428f-9387-6d876050dc67",
    "LoaderInfo-" EFI_GUID_LOADER,
    "StubInfo-" EFI_GUID_LOADER,
    "BootOrder-" EFI_GUID_GLOBAL,
    "BootCurrent-" EFI_GUID_GLOBAL,
    "Boot0001-" EFI_GUID_GLOBAL,
    "Boot0002-" EFI_GUID_GLOBAL,
    "LoaderEntryDefault-" EFI_GUID_LOADER,
    "LoaderEntryLastBooted-" EFI_GUID_LOADER,
    "LoaderEntrySelected-" EFI_GUID_LOADER,
    "LoaderEntryOneShot-" EFI_GUID_LOADER,
    "LoaderConfigTimeoutOneShot-" EFI_GUID_LOADER,
};

enum {
    N_NAMES = sizeof(NAMES) / sizeof(NAMES[0]),
};

static void write_variable(size_t i, const uint8_t *data, size_t size)
{
    char path[160];

    snprintf(path, sizeof(path), EFIVARS_DIR "/%s", NAMES[i]);
    fuzz_write(path, data, size);
}

static void check_text(size_t i)
{
    char *text = NULL;
    int r = efivar_read_text(fuzz_root(), NAMES[i], &text);

    must((r == 1) == (text != NULL));
    for (const char *sign = text; sign && *sign; sign++)
        must(!(*sign & 0x80));
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct answer requests[N_REQUESTS];
    struct boot_entries entries;
    struct started started;
    struct answer order;

    /* Variables that are not in the input are empty, even without attributes. */
    for (size_t i = 0; i < N_NAMES; i++)
        write_variable(i, NULL, 0);
    while (size >= 3) {
        size_t length = data[1] | (size_t)data[2] << 8, which = data[0] % N_NAMES;

        data += 3;
        size -= 3;
        length = length < size ? length : size;
        write_variable(which, data, length);
        data += length;
        size -= length;
    }
    fuzz_write("proc/cmdline", "ro", 2);
    fuzz_write("efi/loader/entries/a.conf", "linux /k\n", 9);
    for (size_t i = 0; i < N_NAMES; i++)
        check_text(i);
    requests_read(fuzz_root(), requests);
    for (size_t i = 0; i < N_REQUESTS; i++)
        must((requests[i].is == ANSWER_NO) == !requests[i].text);
    requests_clear(requests);
    started_read(fuzz_root(), &started);
    boot_entries_read(fuzz_root(), &(struct config){0}, &started, &entries);
    started_clear(&started);
    order = boot_order_changed(fuzz_root());
    must((order.is == ANSWER_NO) == !order.text);
    answer_clear(&order);
    must((entries.chosen < entries.n) == !entries.problem);
    boot_entries_clear(&entries);
    return 0;
}
