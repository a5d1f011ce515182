/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/fd.h"
#include "base/util.h"
#include "discover/loaders/fat/follow.h"

enum {
    ENTRY = 32,
    MAX_FILES = 20000,
    MAX_DEPTH = 16,
    MAX_PARTS = 20, /* of a long name */
    PART = 13,      /* characters */
    /* Offsets in an entry. */
    ATTRIBUTES = 11,
    CASE = 12,
    CHECKSUM = 13, /* of the short name, in each part of a long one */
    START_HIGH = 20,
    START_LOW = 26,
    SIZE = 28,
    /* Attributes. */
    LABEL = 0x08,
    DIRECTORY = 0x10,
    LONG_NAME = 0x0f,
    LOWER_BASE = 0x08,
    LOWER_EXTENSION = 0x10,
    LAST_PART = 0x40,
    DELETED = 0xe5,
};

/* A long name, whose parts stand before its file, the last one first. */
struct long_name {
    char text[MAX_PARTS * PART + 1];
    unsigned missing; /* parts that must still follow */
    unsigned char checksum;
    bool known;
};

struct listing {
    const struct fat *fat;
    struct fat_file *files;
    size_t n;
    uint32_t clusters; /* of directories that were read: each belongs to one */
};

static char printable(unsigned character)
{
    return character > ' ' - 1 && character <= '~' && character != '/' ? (char)character : '?';
}

static void take_part(struct long_name *name, const unsigned char *entry)
{
    static const unsigned char AT[PART] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    unsigned part = entry[0] & 0x1f;

    if (entry[0] & LAST_PART)
        *name = (struct long_name){.missing = part, .checksum = entry[CHECKSUM], .known = true};
    if (part == 0 || part > MAX_PARTS || part != name->missing || entry[CHECKSUM] != name->checksum)
        name->known = false;
    if (!name->known)
        return;
    for (size_t i = 0; i < PART; i++) {
        uint16_t character = get_le16(entry + AT[i]);

        if (character == 0)
            break;
        name->text[(part - 1) * PART + i] = printable(character);
    }
    name->missing--;
}

static unsigned char checksum_of(const unsigned char *entry)
{
    unsigned char sum = 0;

    for (size_t i = 0; i < ATTRIBUTES; i++)
        sum = (unsigned char)((sum >> 1) + (sum << 7) + entry[i]);
    return sum;
}

/* "KERNEL  IMG"; Linux and Windows note where all letters are small. */
static void add_short(char *name, const unsigned char *from, size_t n, bool lower)
{
    size_t length = strlen(name);

    while (n > 0 && from[n - 1] == ' ')
        n--;
    for (size_t i = 0; i < n; i++) {
        char character = printable(from[i]);

        name[length + i] =
            lower && character >= 'A' && character <= 'Z' ? (char)(character + 32) : character;
    }
    name[length + n] = 0;
}

static char *name_of(const struct long_name *name, const unsigned char *entry)
{
    char text[16] = "";

    if (name->known && name->missing == 0 && name->checksum == checksum_of(entry))
        return xstrdup(name->text);
    add_short(text, entry, 8, entry[CASE] & LOWER_BASE);
    if (entry[8] != ' ')
        strcat(text, ".");
    add_short(text, entry + 8, 3, entry[CASE] & LOWER_EXTENSION);
    return xstrdup(text);
}

/* Adds what a directory entry describes. */
static int add_file(struct listing *listing, const char *directory, const struct long_name *name,
                    const unsigned char *entry)
{
    AUTOFREE char *own = name_of(name, entry);
    uint32_t start = (uint32_t)get_le16(entry + START_HIGH) << 16 | get_le16(entry + START_LOW);

    if (streq(own, ".") || streq(own, ".."))
        return 0;
    if (!*own)
        return -EBADMSG;
    if (listing->n == MAX_FILES)
        return -E2BIG;
    *APPEND(listing->files, listing->n) =
        (struct fat_file){.path = format("%s%s%s", directory, *directory ? "/" : "", own),
                          .directory = entry[ATTRIBUTES] & DIRECTORY,
                          .start = start,
                          .size = get_le32(entry + SIZE)};
    return 0;
}

/* 1 at the end of the directory. */
static int take_entries(struct listing *listing, const char *directory,
                        const unsigned char *entries, size_t size, struct long_name *name)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i + ENTRY <= size; i += ENTRY) {
        const unsigned char *entry = entries + i;

        if (entry[0] == 0)
            return 1;
        if (entry[0] == DELETED) {
            name->known = false;
        } else if ((entry[ATTRIBUTES] & LONG_NAME) == LONG_NAME) {
            take_part(name, entry);
        } else {
            r = entry[ATTRIBUTES] & LABEL ? 0 : add_file(listing, directory, name, entry);
            name->known = false;
        }
    }
    return r;
}

static int read_directory(struct listing *listing, const char *path, uint32_t start)
{
    const struct fat *fat = listing->fat;
    AUTOFREE unsigned char *entries = xcalloc(1, fat->cluster);
    struct long_name name = {0};
    uint64_t offset;
    int r = 0;

    while (r == 0 && fat_follow(fat, &start, &offset)) {
        if (listing->clusters++ >= fat->n)
            return -EBADMSG;
        r = fd_read_at(fat->fd, entries, fat->cluster, offset);
        if (r < 0)
            return r == -ENODATA ? -EBADMSG : r;
        r = take_entries(listing, path, entries, fat->cluster, &name);
    }
    return r < 0 ? r : 0;
}

static size_t depth_of(const char *path)
{
    size_t depth = 0;

    for (; *path; path++)
        depth += *path == '/';
    return depth;
}

int fat_list(const struct fat *fat, struct fat_file **ret_files, size_t *ret_n)
{
    struct listing listing = {.fat = fat};
    int r = read_directory(&listing, "", fat->root);

    for (size_t i = 0; r >= 0 && i < listing.n; i++) {
        if (!listing.files[i].directory)
            continue;
        r = depth_of(listing.files[i].path) < MAX_DEPTH
                ? read_directory(&listing, listing.files[i].path, listing.files[i].start)
                : -EBADMSG;
    }
    *ret_files = listing.files;
    *ret_n = listing.n;
    return r;
}

void fat_free(struct fat_file *files, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(files[i].path);
    free(files);
}
