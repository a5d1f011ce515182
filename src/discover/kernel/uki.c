/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/uki.h"

#include <errno.h>

#include "base/util.h"

enum {
    /* The versions of systemd-stub that were read. Later ones add to the command line (console=)
     * and to the initrd (a boot secret) what only firmware knows. */
    FIRST_STUB = 250,
    LAST_STUB = 259,
    FIRST_WITH_PROFILES = 257,
    /* Sections larger than that are not copied. */
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

/* "#### LoaderInfo: systemd-stub 257.9-1 ####" in a section of its own. */
static int read_stub(struct uki *uki)
{
    static const char START[] = "#### LoaderInfo: systemd-stub ";
    const struct pe_section *section = find(uki, ".sdmagic", 0, uki->pe.n);
    AUTOFREE char *text = NULL;
    const char *version;
    int r = section ? uki_text(uki, section, &text) : -ENOENT;

    if (r == -ENOENT || r == -EFBIG || r == -EBADMSG)
        return 0; /* not a stub that we know */
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
    text = calloc(1, size + 1);
    if (!text)
        return -ENOMEM;
    r = pe_read_at(uki->fd, text, size, section->offset);
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

/* A section that would be taken for another one by another version of the stub. */
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

/* 1 with words; out of memory is an error and never "no problem". */
static int say(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return problem ? 1 : -ENOMEM;
}

static int stub_problem(const struct uki *uki, char **ret_problem)
{
    if (uki->stub == 0)
        return say(ret_problem,
                   strdup("it does not start with systemd-stub, and what else does is not known"));
    if (uki->stub < FIRST_STUB || uki->stub > LAST_STUB)
        return say(ret_problem,
                   format("what systemd-stub %d does is not known to fastreboot", uki->stub));
    if (uki->stub < FIRST_WITH_PROFILES && next_profile(uki, 0) < uki->pe.n)
        return say(ret_problem,
                   format("it has profiles, which systemd-stub %d does not know", uki->stub));
    return 0;
}

static int part_problem(const struct uki *uki, const struct pe_section *const *parts,
                        char **ret_problem)
{
    const char *twice = find_double(uki);

    if (!parts[UKI_LINUX])
        return say(ret_problem, strdup("it has no kernel (section .linux)"));
    if (twice)
        return say(ret_problem, format("it has two sections %s", twice));
    for (size_t i = 0; i < N_UKI_PARTS; i++)
        if (parts[i] && parts[i]->size > MAX_SECTION)
            return say(ret_problem, format("its section %s has more than 1 GiB", PART_NAMES[i]));
    /* The stub installs it where it is for this machine. */
    if (find(uki, ".efifw", 0, uki->pe.n))
        return say(ret_problem, strdup("it comes with firmware"));
    /* On x86 the kernel does not look for a device tree in EFI's tables. */
    if (uki->pe.machine != PE_MACHINE_X86_64 && (parts[UKI_DTB] || parts[UKI_DTBAUTO]))
        return say(ret_problem, strdup("it comes with a device tree of its own"));
    return 0;
}

int uki_problem(const struct uki *uki, unsigned profile, char **ret_problem)
{
    const struct pe_section *parts[N_UKI_PARTS];
    const char *problem = pe_problem(&uki->pe);
    int r;

    *ret_problem = NULL;
    if (!problem && uki_select(uki, profile, parts) < 0)
        problem = "it has no such profile";
    if (problem)
        return say(ret_problem, strdup(problem)) < 0 ? -ENOMEM : 0;
    r = stub_problem(uki, ret_problem);
    if (r == 0)
        r = part_problem(uki, parts, ret_problem);
    return r < 0 ? r : 0;
}
