/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/pe.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/util.h"

/* Offsets and sizes in the headers. */
enum {
    DOS_HEADER = 64,
    DOS_NEW_HEADER = 60, /* where the offset of the PE header is */
    COFF_HEADER = 24,    /* including the signature before it */
    COFF_MACHINE = 4,
    COFF_SECTIONS = 6,
    COFF_OPTIONAL_SIZE = 20,
    OPTIONAL_HEADER = 72, /* the part of it that systemd-boot requires */
    SECTION_HEADER = 40,
    SECTION_SIZE = 8,
    SECTION_STORED = 16,
    SECTION_OFFSET = 20,
    MAGIC_PE32 = 0x10b,
    MAGIC_PE32_PLUS = 0x20b,
    MAX_SECTIONS = 4096,
    /* Where the certificates are listed, after the start of the optional header. */
    CERTIFICATES_PE32 = 128,
    CERTIFICATES_PE32_PLUS = 144,
    MAX_PADDING = 4096,
};

/* The headers before the section table say where and how long it is. */
static int read_headers(int fd, struct pe *pe, uint64_t *ret_table)
{
    unsigned char dos[DOS_HEADER], coff[COFF_HEADER + OPTIONAL_HEADER];
    uint64_t at;
    uint16_t magic;
    int r = fd_read_at(fd, dos, sizeof(dos), 0);

    if (r < 0)
        return r;
    at = get_le32(dos + DOS_NEW_HEADER);
    if (memcmp(dos, "MZ", 2) != 0 || at < DOS_HEADER || at > pe->file_size)
        return -EBADMSG;
    r = fd_read_at(fd, coff, sizeof(coff), at);
    if (r < 0)
        return r;
    magic = get_le16(coff + COFF_HEADER);
    if (memcmp(coff, "PE\0\0", 4) != 0 || (magic != MAGIC_PE32 && magic != MAGIC_PE32_PLUS))
        return -EBADMSG;
    pe->machine = get_le16(coff + COFF_MACHINE);
    pe->n = get_le16(coff + COFF_SECTIONS);
    *ret_table = at + COFF_HEADER + get_le16(coff + COFF_OPTIONAL_SIZE);
    return pe->n > 0 ? 0 : -EBADMSG;
}

static int read_table(int fd, struct pe *pe, uint64_t table)
{
    AUTOFREE unsigned char *raw = NULL;
    size_t size = pe->n * SECTION_HEADER;
    int r;

    if (table > pe->file_size || size > pe->file_size - table)
        return -EBADMSG;
    if (pe->n > MAX_SECTIONS)
        return -E2BIG;
    pe->headers = table + size;
    raw = xcalloc(1, size);
    pe->sections = xcalloc(pe->n, sizeof(*pe->sections));
    r = fd_read_at(fd, raw, size, table);
    for (size_t i = 0; r >= 0 && i < pe->n; i++) {
        const unsigned char *header = raw + i * SECTION_HEADER;
        struct pe_section *section = &pe->sections[i];

        memcpy(section->name, header, sizeof(section->name) - 1);
        section->size = get_le32(header + SECTION_SIZE);
        section->stored = get_le32(header + SECTION_STORED);
        section->offset = get_le32(header + SECTION_OFFSET);
    }
    return r;
}

int pe_read(int fd, struct pe *ret_pe)
{
    struct stat st;
    uint64_t table;
    int r;

    *ret_pe = (struct pe){0};
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -ENOEXEC;
    ret_pe->file_size = (uint64_t)st.st_size;
    r = read_headers(fd, ret_pe, &table);
    if (r >= 0)
        r = read_table(fd, ret_pe, table);
    if (r < 0)
        pe_clear(ret_pe);
    return r == -EBADMSG || r == -ENODATA ? -ENOEXEC : r;
}

void pe_clear(struct pe *pe)
{
    free(pe->sections);
    *pe = (struct pe){0};
}

static int by_offset(const void *a, const void *b)
{
    const struct pe_section *x = a, *y = b;

    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

const char *pe_problem(const struct pe *pe)
{
    AUTOFREE struct pe_section *sorted = xcalloc(pe->n, sizeof(*sorted));
    uint64_t end = pe->headers;

    memcpy(sorted, pe->sections, pe->n * sizeof(*sorted));
    qsort(sorted, pe->n, sizeof(*sorted), by_offset);
    for (size_t i = 0; i < pe->n; i++) {
        uint64_t start = sorted[i].offset;

        if (sorted[i].stored == 0)
            continue; /* nothing of it is in the file */
        if (start < end)
            return "its sections overlap each other or the headers";
        end = start + sorted[i].stored;
        if (end > pe->file_size)
            return "truncated: a section ends behind the end of the file";
    }
    return NULL;
}

/* Where the certificates of the PE file in the `size` bytes at `offset` end, counted from there; 0
 * if there are none. */
static int find_certificates(int fd, uint64_t offset, uint64_t size, uint64_t *ret_end)
{
    unsigned char dos[DOS_HEADER], header[COFF_HEADER + CERTIFICATES_PE32_PLUS + 8];
    const unsigned char *optional = header + COFF_HEADER, *certificates;
    uint64_t at;
    int r;

    *ret_end = 0;
    if (size < sizeof(dos) + sizeof(header))
        return 0;
    r = fd_read_at(fd, dos, sizeof(dos), offset);
    if (r < 0)
        return r;
    at = get_le32(dos + DOS_NEW_HEADER);
    if (at > size - sizeof(header))
        return 0;
    r = fd_read_at(fd, header, sizeof(header), offset + at);
    if (r < 0 || memcmp(header, "PE\0\0", 4) != 0)
        return r;
    certificates = optional + (get_le16(optional) == MAGIC_PE32_PLUS ? CERTIFICATES_PE32_PLUS
                                                                     : CERTIFICATES_PE32);
    if (get_le32(certificates) > 0)
        *ret_end = (uint64_t)get_le32(certificates) + get_le32(certificates + 4);
    return 0;
}

int pe_signed_size(int fd, uint64_t offset, uint64_t size, uint64_t *ret_size)
{
    uint64_t end;
    int r = find_certificates(fd, offset, size, &end);

    *ret_size = size;
    if (r >= 0 && end > 0 && end <= size && size - end < MAX_PADDING)
        *ret_size = end;
    return r;
}

int pe_is_signed(int fd, uint64_t offset, uint64_t size)
{
    uint64_t end;
    int r = find_certificates(fd, offset, size, &end);

    return r < 0 ? r : end > 0 && end <= size;
}
