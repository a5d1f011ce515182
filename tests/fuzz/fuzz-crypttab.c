/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: crypttab; after a NUL, the kernel's command line; after another one, mountinfo. */

#include <string.h>

#include "discover/crypt/crypt.h"
#include "discover/crypt/crypttab.h"
#include "discover/system/requests.h"
#include "fuzz.h"

static void check_settings(const char *cmdline)
{
    static const struct volume VOLUME = {
        .block = (char *)"dm-0",
        .name = (char *)"cryptroot",
        .kind = (char *)"LUKS2",
        .uuid = (char *)"0a1b2c3d-0001-4002-8003-00112233aabb",
        .device = (char *)"sda3",
    };
    struct unlock_settings settings;
    const char *path;

    must(unlock_settings_read(fuzz_root(), cmdline, &VOLUME, &settings, &path) == 0);
    must(!settings.tpm || *settings.tpm);
    must(!settings.header || *settings.header);
    unlock_settings_clear(&settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *table = fuzz_string(&data, &size), *cmdline = fuzz_string(&data, &size);
    struct crypt_facts facts;
    struct answer requests[N_REQUESTS];

    fuzz_write("dev/sda3", "x", 1);
    fuzz_write("sys/class/block/dm-0/dm/uuid", "CRYPT-LUKS2-0a1b2c3d00014002800300112233aabb-x",
               46);
    fuzz_write("sys/class/block/dm-0/dm/name", "cryptroot", 9);
    fuzz_write("sys/class/block/dm-0/slaves/sda3", "", 0);
    fuzz_write("etc/crypttab", table, strlen(table));
    fuzz_write("proc/cmdline", cmdline, strlen(cmdline));
    fuzz_write("proc/self/mountinfo", data, size);
    check_settings(cmdline);
    crypt_facts_read(fuzz_root(), cmdline, NULL, &facts);
    must((facts.tpm.is == ANSWER_NO) == !facts.tpm.text);
    crypt_facts_clear(&facts);
    requests_read(fuzz_root(), requests); /* resume= is on that line */
    requests_clear(requests);
    free(table);
    free(cmdline);
    return 0;
}
