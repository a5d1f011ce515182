/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input, by its first byte: 'r' is followed by a raw header; 'j' by the JSON of a LUKS2 header,
 * which is put into two copies; 'c' by the first part of a clevis key, decoded. */

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "discover/crypt/luks.h"
#include "fuzz.h"

enum {
    BINARY = 4096,
};

/* Writes both copies of a header around the JSON, laid out like cryptsetup's. */
static void write_header(int fd, const uint8_t *json, size_t length)
{
    uint8_t header[264] = {0};
    size_t size = 16384;

    while (size < BINARY + length + 1)
        size *= 2;
    for (size_t copy = 0; copy < 2; copy++) {
        size_t offset = copy * size;

        memcpy(header, copy ? "SKUL\xba\xbe\0\2" : "LUKS\xba\xbe\0\2", 8);
        for (int i = 0; i < 8; i++) {
            header[8 + i] = (uint8_t)(size >> (56 - 8 * i));
            header[256 + i] = (uint8_t)(offset >> (56 - 8 * i));
        }
        memcpy(header + 168, "uuid", 5);
        must(pwrite(fd, header, sizeof(header), (off_t)offset) == sizeof(header));
        must(pwrite(fd, json, length, (off_t)(offset + BINARY)) == (ssize_t)length);
    }
    must(ftruncate(fd, (off_t)(2 * size)) == 0);
}

static void check_header(const uint8_t *data, size_t size, bool raw)
{
    int fd = memfd_create("luks", MFD_CLOEXEC), r;
    struct luks_keys keys;
    const char *problem;

    must(fd >= 0);
    if (raw)
        must(pwrite(fd, data, size, 0) == (ssize_t)size);
    else
        write_header(fd, data, size);
    r = luks_keys_read(fd, &keys, &problem);
    must(r == 0 || r == -EBADMSG);
    must(!problem == !r);
    must(r < 0 || keys.uuid);
    must(!keys.tpm || *keys.tpm);
    luks_keys_clear(&keys);
    (void)close(fd);
}

static void check_clevis(const uint8_t *data, size_t size)
{
    struct unlock_key key = luks_key_of_clevis("x", (const char *)data, size);

    must((key.kind == KEY_TPM) == (key.text != NULL));
    free(key.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] == 'c')
        check_clevis(data + 1, size - 1);
    else
        check_header(data + 1, size - 1, data[0] == 'r');
    return 0;
}
