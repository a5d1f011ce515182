/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/efivar.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"

enum {
    ATTRIBUTES = 4,
    MAX_VARIABLE = 64 * 1024,
};

int efivar_read(int root, const char *name, char **ret_data, size_t *ret_length)
{
    AUTOFREE char *path = format("%s/%s", EFIVARS_DIR, name), *data = NULL;
    size_t length;
    int r = root_read(root, path, MAX_VARIABLE, &data, &length);

    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    if (length < ATTRIBUTES)
        return -EBADMSG;
    *ret_length = length - ATTRIBUTES;
    memmove(data, data + ATTRIBUTES, *ret_length);
    *ret_data = steal(&data);
    return 1;
}

int efivar_read_text(int root, const char *name, char **ret_text)
{
    AUTOFREE char *data = NULL;
    size_t length, n = 0;
    int r = efivar_read(root, name, &data, &length);

    if (r <= 0)
        return r;
    for (size_t i = 0; i + 1 < length; i += 2) {
        if (!data[i] && !data[i + 1])
            break;
        data[n++] = data[i + 1] || (data[i] & 0x80) ? '?' : data[i];
    }
    data[n] = 0; /* fd_read() allocates one byte more */
    *ret_text = steal(&data);
    return 1;
}

int efivar_read_loader_partition(int root, char **ret_uuid)
{
    int r = efivar_read_text(root, EFIVAR_LOADER_PARTITION, ret_uuid);

    for (char *sign = r > 0 ? *ret_uuid : NULL; sign && *sign; sign++)
        if (*sign >= 'A' && *sign <= 'F')
            *sign += 'a' - 'A';
    return r;
}
