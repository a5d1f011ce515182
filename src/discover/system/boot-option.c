/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/boot-option.h"

#include <errno.h>

#include "base/efivar.h"
#include "base/fd.h"
#include "base/util.h"

/* UEFI specification, 3.1.3 (load options) and 10.3 (device paths). */
enum {
    ACTIVE = 0x1,
    CATEGORY = 0x1f00, /* 0 for what takes part in the boot order */
    OPTION_HEADER = 6,
    NODE_HEADER = 4,
    HARDWARE = 1,
    MESSAGING = 3,
    MAC_ADDRESS = 11,
    IPV4 = 12,
    IPV6 = 13,
    URI = 24,
    MEDIA = 4,
    HARD_DRIVE = 1,
    HARD_DRIVE_SIZE = 42,
    SIGNATURE = 24,
    SIGNATURE_TYPE = 41,
    SIGNATURE_GUID = 2,
    FILE_PATH = 4,
};

/* UTF-16 up to a NUL or the end. Gives the bytes that it took, the NUL included. */
static size_t take_text(const unsigned char *data, size_t size, char **text)
{
    char *new = xcalloc(size / 2 + 1, 1);
    size_t n = 0, at = 0;

    for (; at + 1 < size; at += 2) {
        uint16_t sign = get_le16(data + at);

        if (sign == 0) {
            at += 2;
            break;
        }
        new[n++] = sign < 0x20 || sign > 0x7e ? '?' : (char)sign;
    }
    set_text(text, new);
    return at;
}

static void take_hard_drive(const unsigned char *node, size_t size, struct boot_option *option)
{
    const unsigned char *id = node + SIGNATURE;

    if (size < HARD_DRIVE_SIZE || node[SIGNATURE_TYPE] != SIGNATURE_GUID)
        return;
    set_text(&option->partition, format("%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                                        get_le32(id), get_le16(id + 4), get_le16(id + 6), id[8],
                                        id[9], id[10], id[11], id[12], id[13], id[14], id[15]));
}

/* A path may be cut into several nodes. */
static void take_file(const unsigned char *node, size_t size, struct boot_option *option)
{
    AUTOFREE char *piece = NULL;

    (void)take_text(node + NODE_HEADER, size - NODE_HEADER, &piece);
    for (char *sign = piece; *sign; sign++)
        if (*sign == '\\')
            *sign = '/';
    if (!option->file)
        option->file = steal(&piece);
    else
        append_text(&option->file, "/", piece);
}

/* Whether a node says how to reach a disk. That of a file, a CD or the firmware's own memory does
 * not. */
static bool is_on_the_way(const unsigned char *node)
{
    return (node[0] >= HARDWARE && node[0] <= MESSAGING) ||
           (node[0] == MEDIA && node[1] == HARD_DRIVE);
}

/* The path of the first device; others may follow it. */
static int take_path(const unsigned char *data, size_t size, struct boot_option *option)
{
    bool disk = true;

    while (size >= NODE_HEADER && (data[0] & 0x7f) != 0x7f) {
        size_t length = get_le16(data + 2);

        if (length < NODE_HEADER || length > size)
            return -EBADMSG;
        if (data[0] == MESSAGING &&
            (data[1] == MAC_ADDRESS || data[1] == IPV4 || data[1] == IPV6 || data[1] == URI))
            option->network = true;
        if (data[0] == MEDIA && data[1] == HARD_DRIVE)
            take_hard_drive(data, length, option);
        if (data[0] == MEDIA && data[1] == FILE_PATH)
            take_file(data, length, option);
        disk &= is_on_the_way(data);
        option->disk = disk && !option->network;
        data += length;
        size -= length;
    }
    return 1;
}

/* What follows the device path, when it is UTF-16 up to its end. EDK2 marks entries that it makes
 * by itself, and passes nothing on from them. */
static void take_arguments(const unsigned char *data, size_t size, struct boot_option *option)
{
    static const unsigned char MADE_BY_EDK2[] = {0x4e, 0xac, 0x08, 0x81, 0x11, 0x9f, 0x59, 0x4d,
                                                 0x85, 0x0e, 0xe2, 0x1a, 0x52, 0x2c, 0x59, 0xb2};
    AUTOFREE char *text = NULL;
    size_t taken;

    if (size == sizeof(MADE_BY_EDK2) && memcmp(data, MADE_BY_EDK2, size) == 0)
        size = 0;
    taken = take_text(data, size, &text);
    if (taken == size)
        option->arguments = steal(&text);
}

int boot_option_read(int root, uint16_t number, struct boot_option *ret_option)
{
    AUTOFREE char *name = format("Boot%04X-" EFI_GUID_GLOBAL, number), *data = NULL;
    const unsigned char *at;
    size_t size, path, n;
    int r = efivar_read(root, name, &data, &size);

    *ret_option = (struct boot_option){.number = number};
    if (r <= 0)
        return r;
    if (size < OPTION_HEADER)
        return -EBADMSG;
    at = (const unsigned char *)data;
    ret_option->started = (get_le32(at) & ACTIVE) && !(get_le32(at) & CATEGORY);
    path = get_le16(at + 4);
    n = OPTION_HEADER + take_text(at + OPTION_HEADER, size - OPTION_HEADER, &ret_option->title);
    if (path > size - n)
        return -EBADMSG;
    take_arguments(at + n + path, size - n - path, ret_option);
    return take_path(at + n, path, ret_option);
}

void boot_option_clear(struct boot_option *option)
{
    free(option->title);
    free(option->partition);
    free(option->file);
    free(option->arguments);
    *option = (struct boot_option){0};
}

int boot_order_read(int root, uint16_t **ret_numbers, size_t *ret_n)
{
    AUTOFREE char *data = NULL;
    size_t size;
    int r = efivar_read(root, "BootOrder-" EFI_GUID_GLOBAL, &data, &size);

    if (r <= 0)
        return r;
    *ret_n = size / 2;
    *ret_numbers = xcalloc(*ret_n, sizeof(**ret_numbers));
    for (size_t i = 0; i < *ret_n; i++)
        (*ret_numbers)[i] = get_le16(data + 2 * i);
    return 1;
}

int boot_current_read(int root, uint16_t *ret_number)
{
    AUTOFREE char *data = NULL;
    size_t size;
    int r = efivar_read(root, "BootCurrent-" EFI_GUID_GLOBAL, &data, &size);

    if (r <= 0)
        return r;
    if (size < 2)
        return -EBADMSG;
    *ret_number = get_le16(data);
    return 1;
}
