/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/uki.h"

#include <errno.h>

#include "base/fd.h"
#include "base/util.h"

enum {
    /* The versions of systemd-stub whose behaviour is known. Later ones add to the command line
     * (console=) and to the initrd (a boot secret) what only the firmware knows. */
    FIRST_STUB = 250,
    LAST_STUB = 259,
    FIRST_WITH_PROFILES = 257,
    /* Larger sections are not copied. */
    MAX_SECTION = 1024 * 1024 * 1024,
};

static const char *const PART_NAMES[N_UKI_PARTS] = {
    [UKI_LINUX] = ".linux",     [UKI_INITRD] = ".initrd",   [UKI_UCODE] = ".ucode",
    [UKI_CMDLINE] = ".cmdline", [UKI_OSREL] = ".osrel",     [UKI_PROFILE] = ".profile",
    [UKI_PCRSIG] = ".pcrsig",   [UKI_PCRPKEY] = ".pcrpkey", [UKI_DTB] = ".dtb",
    [UKI_DTBAUTO] = ".dtbauto",
};

static const struct pe_section *find(const struct uki *uki, const char *name, size_t from,
                                     size_t to)
{
    for (size_t i = from; i < to; i++)
        if (streq(uki->pe.sections[i].name, name))
            return &uki->pe.sections[i];
    return NULL;
}

/* The section .sdmagic has "#### LoaderInfo: systemd-stub 257.9-1 ####". */
static int read_stub(struct uki *uki)
{
    static const char START[] = "#### LoaderInfo: systemd-stub ";
    const struct pe_section *section = find(uki, ".sdmagic", 0, uki->pe.n);
    AUTOFREE char *text = NULL;
    const char *version;
    int r = section ? uki_text(uki, section, &text) : -ENOENT;

    if (r == -ENOENT || r == -EFBIG || r == -EBADMSG)
        return 0; /* another stub */
    if (r < 0)
        return r;
    version = after_prefix(text, START);
    if (version)
        uki->stub = atoi(version);
    return 0;
}

int uki_read(int fd, struct uki *ret_uki)
{
    int r;

    *ret_uki = (struct uki){.fd = fd};
    r = pe_read(fd, &ret_uki->pe);
    if (r >= 0)
        r = read_stub(ret_uki);
    if (r < 0)
        uki_clear(ret_uki);
    return r;
}

void uki_clear(struct uki *uki)
{
    pe_clear(&uki->pe);
    *uki = (struct uki){.fd = -1};
}

/* Where the profile starts in the table, or its end. */
static size_t profile_start(const struct uki *uki, unsigned profile)
{
    for (size_t i = 0; i < uki->pe.n; i++)
        if (streq(uki->pe.sections[i].name, ".profile") && profile-- == 0)
            return i;
    return uki->pe.n;
}

static size_t next_profile(const struct uki *uki, size_t from)
{
    while (from < uki->pe.n && !streq(uki->pe.sections[from].name, ".profile"))
        from++;
    return from;
}

int uki_select(const struct uki *uki, unsigned profile,
               const struct pe_section *ret_parts[N_UKI_PARTS])
{
    size_t base_end = next_profile(uki, 0), start = profile_start(uki, profile);
    size_t end = start < uki->pe.n ? next_profile(uki, start + 1) : start;

    if (start == uki->pe.n && profile > 0)
        return -ENOENT;
    for (size_t i = 0; i < N_UKI_PARTS; i++) {
        ret_parts[i] = find(uki, PART_NAMES[i], start, end);
        if (!ret_parts[i])
            ret_parts[i] = find(uki, PART_NAMES[i], 0, base_end);
        if (ret_parts[i] && ret_parts[i]->size == 0)
            ret_parts[i] = NULL;
    }
    return 0;
}

int uki_text(const struct uki *uki, const struct pe_section *section, char **ret_text)
{
    size_t size = section->size < section->stored ? section->size : section->stored;
    AUTOFREE char *text = NULL;
    int r;

    if (size > UKI_MAX_TEXT)
        return -EFBIG;
    if (section->offset > uki->pe.file_size || size > uki->pe.file_size - section->offset)
        return -EBADMSG;
    text = xcalloc(1, size + 1);
    r = fd_read_at(uki->fd, text, size, section->offset);
    if (r < 0)
        return r;
    *ret_text = steal(&text);
    return 0;
}

static bool is_blank(char sign)
{
    return (unsigned char)sign <= ' ' || sign == 0x7f;
}

void uki_mangle_cmdline(char *cmdline)
{
    const char *from = cmdline;
    char *end = cmdline;

    while (*from && is_blank(*from))
        from++;
    for (char *to = cmdline; *from; from++, to++) {
        *to = is_blank(*from) ? ' ' : *from;
        if (*to != ' ')
            end = to + 1;
    }
    *end = 0;
}

bool uki_is_ascii(const char *text)
{
    while (*text && !(*text & 0x80))
        text++;
    return !*text;
}

/* The name of a section that a profile has twice: which one is used depends on the version of the
 * stub. */
static const char *find_double(const struct uki *uki)
{
    for (size_t i = 0; i < N_UKI_PARTS; i++) {
        size_t from = 0;

        if (i == UKI_PROFILE || i == UKI_DTBAUTO)
            continue;
        while (from < uki->pe.n) {
            size_t end = next_profile(uki, from + 1);
            const struct pe_section *first = find(uki, PART_NAMES[i], from, end);

            if (first && find(uki, PART_NAMES[i], (size_t)(first - uki->pe.sections) + 1, end))
                return PART_NAMES[i];
            from = end;
        }
    }
    return NULL;
}

static char *stub_problem(const struct uki *uki)
{
    if (uki->stub == 0)
        return xstrdup("it does not start with systemd-stub, the only stub that fastreboot knows");
    if (uki->stub < FIRST_STUB || uki->stub > LAST_STUB)
        return format("fastreboot does not know systemd-stub %d", uki->stub);
    if (uki->stub < FIRST_WITH_PROFILES && next_profile(uki, 0) < uki->pe.n)
        return format("it has profiles, which systemd-stub %d does not support", uki->stub);
    return NULL;
}

static char *part_problem(const struct uki *uki, const struct pe_section *const *parts)
{
    const char *twice = find_double(uki);

    if (!parts[UKI_LINUX])
        return xstrdup("it has no kernel (section .linux)");
    if (twice)
        return format("it has two sections %s", twice);
    for (size_t i = 0; i < N_UKI_PARTS; i++)
        if (parts[i] && parts[i]->size > MAX_SECTION)
            return format("its section %s is larger than 1 GiB", PART_NAMES[i]);
    /* The stub would install it. */
    if (find(uki, ".efifw", 0, uki->pe.n))
        return xstrdup("it contains firmware");
    /* On x86 the kernel does not look for a device tree in EFI's tables. */
    if (uki->pe.machine != PE_MACHINE_X86_64 && (parts[UKI_DTB] || parts[UKI_DTBAUTO]))
        return xstrdup("it contains a device tree, and kexec passes on that of the running kernel");
    return NULL;
}

char *uki_problem(const struct uki *uki, unsigned profile)
{
    const struct pe_section *parts[N_UKI_PARTS];
    const char *problem = pe_problem(&uki->pe);
    char *words;

    if (problem)
        return xstrdup(problem);
    if (uki_select(uki, profile, parts) < 0)
        return xstrdup("it has no such profile");
    words = stub_problem(uki);
    return words ? words : part_problem(uki, parts);
}
