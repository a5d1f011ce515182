/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/bls/uki-entry.h"

#include <ctype.h>
#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/kernel/uki.h"

#if defined(__x86_64__)
#define LOADER_MACHINE PE_MACHINE_X86_64
#else
#define LOADER_MACHINE PE_MACHINE_ARM64
#endif

enum {
    MAX_COMPANIONS = 64,
};

/* An open image and the sections of one profile. */
struct opened {
    struct uki uki;
    const struct pe_section *parts[N_UKI_PARTS];
};

static void opened_clear(struct opened *opened)
{
    closep(&opened->uki.fd);
    uki_clear(&opened->uki);
}

static int open_image(int root, const char *path, unsigned profile, struct opened *opened)
{
    AUTOCLOSE int fd = root_open(root, path, NULL);
    int r;

    *opened = (struct opened){.uki = {.fd = -1}};
    if (fd < 0)
        return fd;
    r = uki_read(fd, &opened->uki);
    if (r < 0)
        return r;
    (void)steal_fd(&fd);
    return uki_select(&opened->uki, profile, opened->parts);
}

/* Files from which the stub takes further parameters, credentials or extensions. */
static int is_companion(const char *name)
{
    static const char *const ENDS[] = {".addon.efi", ".cred", ".raw"};
    size_t length = strlen(name);

    for (size_t i = 0; i < ELEMENTS(ENDS); i++) {
        size_t n = strlen(ENDS[i]);

        if (length >= n && strcasecmp(name + length - n, ENDS[i]) == 0)
            return name[0] != '.';
    }
    return 0;
}

/* A problem if the directory has one or cannot be read, or NULL. The caller frees it. */
static char *find_companions(int root, const char *directory)
{
    CLEANUP(names_freep) char **names = NULL;
    int r = root_names(root, directory, is_companion, MAX_COMPANIONS, &names);

    if (r == -ENOENT || r == -ENOTDIR || r == 0)
        return NULL;
    return r > 0 ? format("its stub uses %s/%s, which fastreboot does not support", directory,
                          names[0])
                 : format("%s: %s", directory, strerror(-r));
}

/* The directory of the image's own companions. Like the stub, omits the boot counters at the first
 * '+'. */
static char *companions_of(const char *path)
{
    const char *plus = strchr(path, '+'), *rest;

    if (!plus || !isdigit((unsigned char)plus[1]))
        return format("%s.extra.d", path);
    for (rest = plus + 1; isdigit((unsigned char)*rest);)
        rest++;
    if (*rest == '-' && isdigit((unsigned char)rest[1]))
        for (rest++; isdigit((unsigned char)*rest);)
            rest++;
    if (*rest && *rest != '.')
        return format("%s.extra.d", path);
    return format("%.*s%s.extra.d", (int)(plus - path), path, rest);
}

static char *companion_problem(int root, const char *directory, const char *path)
{
    static const char *const GLOBAL[] = {"addons", "credentials", "extensions"};
    AUTOFREE char *own = companions_of(path);
    char *problem = find_companions(root, own);

    for (size_t i = 0; !problem && directory && i < ELEMENTS(GLOBAL); i++) {
        AUTOFREE char *global = format("%s/loader/%s", directory, GLOBAL[i]);

        problem = find_companions(root, global);
    }
    return problem;
}

/* 0 with the command line (NULL if there is none) or a problem. */
static int read_cmdline(const struct opened *opened, char **ret_cmdline, char **ret_problem)
{
    AUTOFREE char *text = NULL;
    int r =
        opened->parts[UKI_CMDLINE] ? uki_text(&opened->uki, opened->parts[UKI_CMDLINE], &text) : 0;

    if (r == -EFBIG)
        *ret_problem = xstrdup("its command line is longer than 64 KiB");
    if (!text)
        return r == -EFBIG ? 0 : r;
    if (!uki_is_ascii(text)) {
        *ret_problem = xstrdup("its command line is not ASCII");
        return 0;
    }
    uki_mangle_cmdline(text);
    *ret_cmdline = steal(&text);
    return 0;
}

static int describe(int root, const char *directory, const char *path, unsigned profile,
                    const struct opened *opened, char **ret_cmdline, char **ret_problem)
{
    *ret_problem = uki_problem(&opened->uki, profile);
    if (!*ret_problem)
        *ret_problem = companion_problem(root, directory, path);
    return *ret_problem ? 0 : read_cmdline(opened, ret_cmdline, ret_problem);
}

int uki_describe(int root, const char *directory, const char *path, unsigned profile,
                 char **ret_cmdline, char **ret_problem)
{
    CLEANUP(opened_clear) struct opened opened;
    int r = open_image(root, path, profile, &opened);

    *ret_cmdline = *ret_problem = NULL;
    if (r == -ENOEXEC || r == -E2BIG)
        return 0;
    if (r < 0)
        return r;
    /* Kernels are PE files, too, and other EFI programs contain no kernel. */
    if (!opened.parts[UKI_LINUX])
        return 0;
    r = describe(root, directory, path, profile, &opened, ret_cmdline, ret_problem);
    return r < 0 ? r : 1;
}

/* Type 2 */

/* From os-release and the profile: used for titles and ids. */
struct names {
    char *pretty_name, *image_id, *name, *id;
    char *image_version, *version, *version_id, *build_id;
    char *profile_id, *profile_title;
};

static void names_clear(struct names *names)
{
    free(names->pretty_name);
    free(names->image_id);
    free(names->name);
    free(names->id);
    free(names->image_version);
    free(names->version);
    free(names->version_id);
    free(names->build_id);
    free(names->profile_id);
    free(names->profile_title);
}

/* Finds the next KEY=VALUE line as systemd-boot would. Returns false at the end. */
static bool next_assignment(char **text, char **ret_key, char **ret_value)
{
    while (**text) {
        char *line = *text, *value;
        size_t length = strcspn(line, "\n\r");

        *text += length;
        if (**text)
            *(*text)++ = 0;
        while (*line == ' ' || *line == '\t')
            line++;
        length = strlen(line);
        while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
            line[--length] = 0;
        value = strchr(line, '=');
        if (*line == '#' || !value)
            continue;
        *value = 0;
        value += 1 + strspn(value + 1, "=");
        if (*value && strchr("\"'", *value) && line[length - 1] == *value) {
            line[length - 1] = 0;
            value++;
        }
        *ret_key = line;
        *ret_value = value;
        return true;
    }
    return false;
}

static void take_assignments(struct names *names, char *text, bool profile)
{
    const struct {
        const char *key;
        char **value;
        bool profile;
    } KNOWN[] = {
        {"PRETTY_NAME", &names->pretty_name, false},
        {"IMAGE_ID", &names->image_id, false},
        {"NAME", &names->name, false},
        {"ID", &names->id, false},
        {"IMAGE_VERSION", &names->image_version, false},
        {"VERSION", &names->version, false},
        {"VERSION_ID", &names->version_id, false},
        {"BUILD_ID", &names->build_id, false},
        {"ID", &names->profile_id, true},
        {"TITLE", &names->profile_title, true},
    };
    char *key, *value;

    while (next_assignment(&text, &key, &value))
        for (size_t i = 0; i < ELEMENTS(KNOWN); i++)
            if (KNOWN[i].profile == profile && streq(KNOWN[i].key, key))
                set_text(KNOWN[i].value, xstrdup(value));
}

static int read_names(const struct opened *opened, struct names *names)
{
    AUTOFREE char *release = NULL, *profile = NULL;
    int r = opened->parts[UKI_OSREL] ? uki_text(&opened->uki, opened->parts[UKI_OSREL], &release)
                                     : -EBADMSG;

    if (r < 0)
        return r;
    take_assignments(names, release, false);
    if (!opened->parts[UKI_PROFILE])
        return 0;
    r = uki_text(&opened->uki, opened->parts[UKI_PROFILE], &profile);
    if (r >= 0)
        take_assignments(names, profile, true);
    return r;
}

static const char *first_of(const char *a, const char *b, const char *c, const char *d)
{
    return a ? a : b ? b : c ? c : d;
}

static char *title_of(const struct bls_entry *entry, const struct names *names, const char *name)
{
    const char *profile =
        first_of(names->profile_title, entry->profile ? names->profile_id : NULL, NULL, NULL);

    if (profile)
        return format("%s (%s)", name, profile);
    return entry->profile ? format("%s (Profile #%u)", name, entry->profile + 1) : xstrdup(name);
}

static void set_profile_id(struct bls_entry *entry, const struct names *names)
{
    if (!entry->profile)
        return;
    set_text(&entry->id, names->profile_id ? format("%s@%s", entry->id, names->profile_id)
                                           : format("%s@%u", entry->id, entry->profile));
    for (char *sign = entry->id; *sign; sign++)
        *sign = (char)tolower((unsigned char)*sign);
}

static int name_entry(struct bls_entry *entry, const struct opened *opened)
{
    CLEANUP(names_clear) struct names names = {0};
    const char *name;
    int r = read_names(opened, &names);

    if (r < 0)
        return r;
    name = first_of(names.pretty_name, names.image_id, names.name, names.id);
    if (!name)
        return -EBADMSG;
    entry->title = title_of(entry, &names, name);
    entry->version =
        xstrdup(first_of(names.image_version, names.version, names.version_id, names.build_id));
    entry->sort_key = xstrdup(first_of(names.image_id, names.id, NULL, NULL));
    set_profile_id(entry, &names);
    return 0;
}

int uki_entry_read(int root, const char *directory, const char *name, unsigned profile,
                   struct bls_entry *ret_entry)
{
    CLEANUP(opened_clear) struct opened opened = {.uki = {.fd = -1}};
    int r;

    *ret_entry = (struct bls_entry){.tries_left = -1, .uki = true, .profile = profile};
    bls_entry_set_names(ret_entry, directory, "EFI/Linux", name);
    ret_entry->linux_path = xstrdup(ret_entry->source);
    r = open_image(root, ret_entry->source, profile, &opened);
    if (r == -ENOEXEC)
        return -EBADMSG;
    if (r < 0)
        return r;
    if (opened.uki.pe.machine != LOADER_MACHINE)
        return -EBADMSG;
    r = name_entry(ret_entry, &opened);
    if (r < 0)
        return r;
    return describe(root, directory, ret_entry->source, profile, &opened, &ret_entry->options,
                    &ret_entry->problem);
}
