/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/syslinux/adv.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"

/* Two copies, one sector each: magic number, checksum, items of tag, length and value, up to a tag
 * of 0, and another magic number. */
enum {
    SIZE = 512,
    DATA = 8,
    DATA_END = SIZE - 4,
    TAG_ONCE = 1,
    TAG_SAVE = 2,
};

static const uint32_t HEAD = 0x5a2d2fa5, SUM = 0xa3041767, TAIL = 0xdd28bf64;

void syslinux_adv_clear(struct syslinux_adv *adv)
{
    free(adv->once);
    free(adv->save);
    *adv = (struct syslinux_adv){0};
}

static bool is_valid(const unsigned char *copy)
{
    uint32_t sum = 0;

    for (size_t i = 4; i < DATA_END; i += 4)
        sum += get_le32(copy + i);
    return get_le32(copy) == HEAD && sum == SUM && get_le32(copy + DATA_END) == TAIL;
}

/* The first item with that tag, or NULL if there is none, or it is empty. The caller frees it. */
static char *find_item(const unsigned char *copy, unsigned char tag)
{
    for (size_t at = DATA; at + 2 <= DATA_END && copy[at] != 0; at += 2 + copy[at + 1]) {
        size_t length = copy[at + 1];

        if (at + 2 + length > DATA_END)
            return NULL;
        if (copy[at] == tag)
            return length > 0 ? xstrndup((const char *)copy + at + 2, length) : NULL;
    }
    return NULL;
}

char *syslinux_adv_read(int root, const char *path, struct syslinux_adv *ret_adv)
{
    unsigned char copies[2 * SIZE];
    const unsigned char *copy = copies;
    struct stat st;
    AUTOFREE char *untrusted = NULL;
    AUTOCLOSE int fd = root_open(root, path, &untrusted);
    int r = untrusted ? -EUCLEAN : fd;

    *ret_adv = (struct syslinux_adv){0};
    if (r >= 0 && fstat(fd, &st) < 0)
        r = -errno;
    if (r >= 0)
        r = st.st_size < (off_t)sizeof(copies)
                ? -EBADMSG
                : fd_read_at(fd, copies, sizeof(copies), (uint64_t)st.st_size - sizeof(copies));
    if (r < 0)
        return format("%s: %s", path, untrusted ? untrusted : strerror(-r));
    if (!is_valid(copy))
        copy += SIZE;
    if (!is_valid(copy))
        return format("%s: the record of the one-time boot entry is damaged", path);
    ret_adv->once = find_item(copy, TAG_ONCE);
    ret_adv->save = find_item(copy, TAG_SAVE);
    return NULL;
}
