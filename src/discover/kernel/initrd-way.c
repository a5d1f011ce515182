/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/initrd-way.h"

#include "base/fd.h"
#include "base/util.h"
#include "discover/kernel/cpio.h"
#include "discover/kernel/inflate.h"
#include "discover/kernel/uki.h"

enum {
    MAX_NAME = 64, /* as much of a name as matters */
    CHUNK = 64 * 1024,
};

static const struct program {
    const char *path;
    enum initrd_way way;
} PROGRAMS[] = {
    {"/scripts/local-top/cryptroot", INITRD_CRYPTROOT},
    {"/usr/lib/systemd/systemd-cryptsetup", INITRD_SYSTEMD},
    {"/lib/systemd/systemd-cryptsetup", INITRD_SYSTEMD},
    {"/usr/bin/systemd-cryptsetup", INITRD_SYSTEMD},
};

/* Archives while they are read, piece by piece: an initrd may unpack to half a gigabyte. */
struct search {
    enum { HEADERS, NAMES, CONTENTS } in;
    char header[CPIO_HEADER], name[MAX_NAME + 1];
    uint64_t have, want; /* bytes of the header, name or contents */
    bool ended;          /* an archive has just ended: zeros may follow */
    bool stopped;        /* what comes next is not an archive */
    uint64_t start;      /* where the last header starts */
    uint64_t at;
    const struct program *found;
};

static const struct program *find_program(const char *name)
{
    const char *bare = after_prefix(name, "./") ? name + strlen("./") : name;

    for (size_t i = 0; i < ELEMENTS(PROGRAMS); i++)
        if (streq(bare, PROGRAMS[i].path + 1))
            return &PROGRAMS[i];
    return NULL;
}

/* What is not a number is damage, and what comes then is no header. */
static uint64_t number_at(const char *header, size_t offset)
{
    uint32_t number;

    (void)cpio_number(header, offset, &number);
    return number;
}

static uint64_t padded(uint64_t size)
{
    return (size + 3) & ~(uint64_t)3;
}

/* What follows what has been read whole. */
static void go_on(struct search *search)
{
    uint64_t name_size = number_at(search->header, CPIO_NAME_SIZE);

    if (search->in == HEADERS) {
        search->stopped =
            memcmp(search->header, "070701", 6) != 0 && memcmp(search->header, "070702", 6) != 0;
        search->in = NAMES;
        search->want = padded(CPIO_HEADER + name_size) - CPIO_HEADER;
        memset(search->name, 0, sizeof(search->name));
    } else if (search->in == NAMES) {
        search->found = find_program(search->name);
        search->ended = streq(search->name, "TRAILER!!!");
        search->in = CONTENTS;
        search->want = padded(number_at(search->header, CPIO_SIZE));
    } else {
        search->in = HEADERS;
        search->want = CPIO_HEADER;
        search->start = search->at;
    }
    search->have = 0;
}

/* Keeps what matters of the bytes. */
static void keep(struct search *search, const unsigned char *bytes, size_t n)
{
    char *to = search->in == HEADERS ? search->header : search->name;
    uint64_t room = search->in == HEADERS ? CPIO_HEADER : search->in == NAMES ? MAX_NAME : 0;

    if (search->have < room)
        memcpy(to + search->have, bytes, n < room - search->have ? n : room - search->have);
    search->have += n;
    search->at += n;
}

/* The zeros behind an archive. */
static size_t skip_zeros(struct search *search, const unsigned char *bytes, size_t n)
{
    size_t zeros = 0;

    while (zeros < n && !bytes[zeros])
        zeros++;
    search->at += zeros;
    search->start = search->at;
    search->ended = zeros == n;
    return zeros;
}

/* False once there is nothing to look for. */
static bool look_at(void *data, const unsigned char *bytes, size_t n)
{
    struct search *search = data;

    while (n > 0 && !search->found && !search->stopped) {
        uint64_t left = search->want - search->have;
        size_t piece = n < left ? n : (size_t)left;

        if (search->in == HEADERS && search->have == 0 && search->ended)
            piece = skip_zeros(search, bytes, n);
        else
            keep(search, bytes, piece);
        bytes += piece;
        n -= piece;
        while (search->have == search->want && !search->found && !search->stopped)
            go_on(search);
    }
    return !search->found && !search->stopped;
}

static void look_at_plain(int fd, uint64_t end, struct search *search)
{
    unsigned char bytes[CHUNK];
    bool more = true;

    for (uint64_t at = 0; more && at < end;) {
        size_t n = end - at < sizeof(bytes) ? (size_t)(end - at) : sizeof(bytes);

        more = fd_read_untold(fd, bytes, n, at) >= 0 && look_at(search, bytes, n);
        at += n;
    }
}

static void look_at_packed(int fd, uint64_t at, uint64_t end, struct search *search)
{
    struct inflation inflation = {.from = fd,
                                  .at = at,
                                  .end = end,
                                  .to = -1,
                                  .take = look_at,
                                  .data = search,
                                  .untold = true};
    unsigned char magic[2];

    if (at >= end || fd_read_untold(fd, magic, sizeof(magic), at) < 0)
        return;
    if (memcmp(magic, "\x1f\x8b", sizeof(magic)) == 0)
        (void)inflate_gzip(&inflation);
    else if (memcmp(magic, "\x28\xb5", sizeof(magic)) == 0)
        (void)inflate_zstd(&inflation);
}

/* Archives, then a compressed one: microcode comes first, and Debian's modules may. */
static const struct program *look_at_file(int fd, uint64_t end)
{
    struct search plain = {.want = CPIO_HEADER, .ended = true}, packed = plain;

    look_at_plain(fd, end, &plain);
    if (!plain.found)
        look_at_packed(fd, plain.start, end, &packed);
    return plain.found ? plain.found : packed.found;
}

static const struct program *look_at_image(const struct boot_payload *payload)
{
    AUTOCLOSE int kernel = -1, initrd = -1;
    AUTOFREE char *problem = NULL;
    off_t size;

    if (uki_unpack(payload->kernel.fd, payload->entry->profile, &kernel, &initrd, &problem) < 0 ||
        initrd < 0)
        return NULL;
    size = lseek(initrd, 0, SEEK_END);
    return size > 0 ? look_at_file(initrd, (uint64_t)size) : NULL;
}

enum initrd_way initrd_way(const struct boot_payload *payload, const char **ret_program)
{
    const struct program *found = NULL;

    *ret_program = NULL;
    if (!payload->entry || payload->kernel.fd < 0)
        return INITRD_UNKNOWN;
    if (payload->entry->uki)
        found = look_at_image(payload);
    for (size_t i = 0; i < payload->n_initrds && !found && !payload->entry->uki; i++)
        if (payload->initrds[i].fd >= 0)
            found = look_at_file(payload->initrds[i].fd, payload->initrds[i].size);
    if (found && found->way == INITRD_SYSTEMD)
        *ret_program = found->path;
    return found ? found->way : INITRD_UNKNOWN;
}
