/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/requests.h"

/* What was asked of the firmware or the boot loader for the next reboot: through EFI variables, or
 * where there is no EFI through the files that logind leaves for a boot loader's own tools. */

#include <errno.h>
#include <strings.h>

#include "base/efivar.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/system/resume.h"

enum {
    /* Bits of OsIndications, UEFI specification 8.5.4. */
    INDICATION_SETUP = 0x1,
    INDICATION_CAPSULE = 0x4,
    INDICATION_RECOVERY = 0x20 | 0x40,
    INDICATION_JSON_CAPSULE = 0x80,
    MAX_TEXT = 1024,
    MAX_PACKAGES = 64 * 1024,
    MAX_FWUPD_VARIABLES = 256,
    MAX_CAPSULES = 64,
};

/* The first that says so stays. */
static int note(struct answer *request, char *text)
{
    answer_note(request, text);
    return 0;
}

static int note_unknown(struct answer *request, const char *path, int error)
{
    answer_note_unknown(request, -error, format("%s: %s", path, strerror(-error)));
    return 0;
}

static int read_indications(int root, struct answer *requests)
{
    static const char NAME[] = "OsIndications-" EFI_GUID_GLOBAL;
    AUTOFREE char *data = NULL;
    size_t length;
    unsigned char bits;
    int r = efivar_read(root, NAME, &data, &length);

    if (r == 0 || (r > 0 && length == 0))
        return 0;
    if (r < 0) {
        r = note_unknown(&requests[REQUEST_SETUP], NAME, r);
        return r < 0 ? r : note_unknown(&requests[REQUEST_UPDATE], NAME, -EIO);
    }
    bits = (unsigned char)data[0]; /* little-endian; all that we know are in the first byte */
    if (bits & INDICATION_SETUP)
        r = note(&requests[REQUEST_SETUP],
                 strdup("the firmware setup was asked for (OsIndications)"));
    if (r >= 0 && bits & (INDICATION_CAPSULE | INDICATION_JSON_CAPSULE))
        r = note(&requests[REQUEST_UPDATE], strdup("a firmware update is waiting (OsIndications)"));
    if (r >= 0 && bits & INDICATION_RECOVERY)
        r = note(&requests[REQUEST_UPDATE],
                 strdup("a recovery by the firmware was asked for (OsIndications)"));
    return r;
}

static int is_fwupd_variable(const char *name)
{
    const char *rest = after_prefix(name, "fwupd-");

    return rest && strstr(rest, EFI_GUID_FWUPD) != NULL;
}

/* fwupd keeps a variable for each update, done ones too: only status 1 is one to do. */
static int read_fwupd_variable(int root, const char *name, struct answer *request)
{
    enum { STATUS_OFFSET = 48, ATTEMPT_UPDATE = 1 };
    AUTOFREE char *data = NULL;
    size_t length;
    int r = efivar_read(root, name, &data, &length);

    if (r < 0)
        return note_unknown(request, name, r);
    if (r == 0 || length <= STATUS_OFFSET || data[STATUS_OFFSET] != ATTEMPT_UPDATE)
        return 0;
    return note(request, strdup("fwupd has a firmware update waiting"));
}

static int read_fwupd(int root, struct answer *request)
{
    CLEANUP(names_freep) char **names = NULL;
    int r = root_names(root, EFIVARS_DIR, is_fwupd_variable, MAX_FWUPD_VARIABLES, &names);

    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return note_unknown(request, "/" EFIVARS_DIR, r);
    for (char **name = names; *name; name++) {
        r = read_fwupd_variable(root, *name, request);
        if (r < 0)
            return r;
    }
    return 0;
}

static int is_capsule(const char *name)
{
    size_t length = strlen(name);

    return length > 4 && strcasecmp(name + length - 4, ".cap") == 0;
}

/* Files on the EFI system partition that the firmware takes for updates. */
static int read_capsules(int root, struct answer *request)
{
    static const char *const DIRS[] = {"boot/efi/EFI/UpdateCapsule", "efi/EFI/UpdateCapsule",
                                       "boot/EFI/UpdateCapsule"};

    for (size_t i = 0; i < ELEMENTS(DIRS); i++) {
        CLEANUP(names_freep) char **names = NULL;
        int r = root_names(root, DIRS[i], is_capsule, MAX_CAPSULES, &names);

        if (r == 0 || r == -ENOENT || r == -ENOTDIR)
            continue;
        if (r < 0)
            r = note_unknown(request, DIRS[i], r);
        else
            r = note(request, format("a firmware update is waiting: /%s/%s", DIRS[i], names[0]));
        if (r < 0)
            return r;
    }
    return 0;
}

/* Packages that want a reboot, one a line: fwupd's own, or its plugins', do for an update. */
static int read_packages(int root, struct answer *request)
{
    static const char PATH[] = "run/reboot-required.pkgs";
    AUTOFREE char *text = NULL;
    char *rest = NULL;
    int r = root_read(root, PATH, MAX_PACKAGES, &text, NULL);

    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return note_unknown(request, PATH, r);
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (streq(line, "fwupd"))
            return note(request, format("fwupd wants a reboot for a firmware update (/%s)", PATH));
    return 0;
}

static int read_resume_image(int root, struct answer *request)
{
    AUTOFREE char *text = NULL;
    int r = resume_image_find(root, &text);

    if (r > 0)
        return note(request, steal(&text));
    if (r < 0)
        answer_note_unknown(request, -r, steal(&text));
    return 0;
}

static int read_variable(int root, const char *name, struct answer *request, const char *text)
{
    AUTOFREE char *data = NULL;
    size_t length;
    int r = efivar_read(root, name, &data, &length);

    if (r <= 0)
        return r < 0 ? note_unknown(request, name, r) : 0;
    return note(request, strdup(text));
}

/* For any of these shim starts MokManager (check_mok_request in its mok.c). */
static int read_mok_variables(int root, struct answer *request)
{
    static const char *const NAMES[] = {
        "MokNew", "MokSB",   "MokPW",   "MokAuth",  "MokDel",
        "MokDB",  "MokXNew", "MokXDel", "MokXAuth", "MokListTrustedNew"};
    int r = 0;

    for (size_t i = 0; r >= 0 && i < ELEMENTS(NAMES); i++) {
        AUTOFREE char *name = format("%s-" EFI_GUID_SHIM, NAMES[i]);
        AUTOFREE char *text =
            format("shim is to ask at the console for what mokutil wants (%s)", NAMES[i]);

        r = name && text ? read_variable(root, name, request, text) : -ENOMEM;
    }
    return r;
}

static int read_entry_variable(int root, struct answer *request)
{
    static const char NAME[] = "LoaderEntryOneShot-" EFI_GUID_LOADER;
    AUTOFREE char *entry = NULL;
    int r = efivar_read_text(root, NAME, &entry);

    if (r < 0)
        return note_unknown(request, NAME, r);
    /* The kernel's efibc writes exactly this at every kexec, and it means nothing. */
    if (r == 0 || !*entry || streq(entry, "kexec reboot"))
        return 0;
    return note(request,
                format("boot entry \"%s\" was asked for once (LoaderEntryOneShot)", entry));
}

/* A file of logind's; what is in it goes into the text where that has a place for it. */
static int read_file(int root, const char *path, struct answer *request, const char *what)
{
    AUTOFREE char *line = NULL;
    int r = root_read_line(root, path, MAX_TEXT, &line);

    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return note_unknown(request, path, r);
    return note(request, *line ? format("%s: \"%s\" (/%s)", what, line, path)
                               : format("%s (/%s)", what, path));
}

static int read_variables(int root, struct answer *requests)
{
    int r = read_indications(root, requests);

    if (r >= 0)
        r = read_fwupd(root, &requests[REQUEST_UPDATE]);
    if (r >= 0)
        r = read_capsules(root, &requests[REQUEST_UPDATE]);
    if (r >= 0)
        r = read_variable(root, "BootNext-" EFI_GUID_GLOBAL, &requests[REQUEST_BOOT_NEXT],
                          "the firmware is to start another entry once (BootNext)");
    if (r >= 0)
        r = read_variable(root, "LoaderConfigTimeoutOneShot-" EFI_GUID_LOADER,
                          &requests[REQUEST_LOADER_MENU],
                          "the boot loader's menu was asked for (LoaderConfigTimeoutOneShot)");
    if (r >= 0)
        r = read_entry_variable(root, &requests[REQUEST_LOADER_ENTRY]);
    if (r >= 0)
        r = read_mok_variables(root, &requests[REQUEST_MOK]);
    if (r >= 0)
        r = read_variable(root, "HibernateLocation-8cf2644b-4b0b-428f-9387-6d876050dc67",
                          &requests[REQUEST_RESUME],
                          "a hibernated system is to be resumed (HibernateLocation)");
    return r;
}

/* What is there, even as a link that leads nowhere. */
static int read_presence(int root, const char *path, struct answer *request, const char *what)
{
    AUTOFREE char *target = NULL;
    int r = root_readlink(root, path, &target);

    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (r < 0 && r != -EINVAL) /* no link, but there */
        return note_unknown(request, path, r);
    return note(request, format("%s (/%s)", what, path));
}

/* Updates that come between this boot and what the next one is to start. */
static int read_updates(int root, struct answer *requests)
{
    /* systemd's generator for it, which takes either. */
    static const char *const LINKS[] = {"system-update", "etc/system-update"};
    int r = 0;

    for (size_t i = 0; r >= 0 && i < ELEMENTS(LINKS); i++)
        r = read_presence(root, LINKS[i], &requests[REQUEST_OFFLINE],
                          "the next boot installs updates, and reboots by itself");
    if (r >= 0)
        r = read_presence(root, "run/ostree/staged-deployment", &requests[REQUEST_DEPLOYMENT],
                          "ostree writes the next boot entry as the machine goes down, after "
                          "fastreboot has chosen");
    return r;
}

int requests_read(int root, struct answer ret[N_REQUESTS])
{
    static const struct {
        const char *path;
        enum request_kind kind;
        const char *what;
    } FILES[] = {
        {"run/systemd/reboot-to-firmware-setup", REQUEST_SETUP, "the firmware setup was asked for"},
        {"run/systemd/reboot-to-boot-loader-menu", REQUEST_LOADER_MENU,
         "the boot loader's menu was asked for"},
        {"run/systemd/reboot-to-boot-loader-entry", REQUEST_LOADER_ENTRY,
         "a boot entry was asked for once"},
        /* One place in logind writes this name instead. */
        {"run/systemd/reboot-boot-to-loader-entry", REQUEST_LOADER_ENTRY,
         "a boot entry was asked for once"},
        {"run/systemd/reboot-param", REQUEST_PARAMETER, "the reboot has a parameter"},
    };
    int r;

    memset(ret, 0, N_REQUESTS * sizeof(*ret));
    r = read_variables(root, ret);
    for (size_t i = 0; r >= 0 && i < ELEMENTS(FILES); i++)
        r = read_file(root, FILES[i].path, &ret[FILES[i].kind], FILES[i].what);
    if (r >= 0)
        r = read_packages(root, &ret[REQUEST_UPDATE]);
    if (r >= 0)
        r = read_updates(root, ret);
    if (r >= 0)
        r = read_resume_image(root, &ret[REQUEST_RESUME]);
    return r < 0 ? r : 0;
}

void requests_clear(struct answer requests[N_REQUESTS])
{
    for (size_t i = 0; i < N_REQUESTS; i++)
        answer_clear(&requests[i]);
}
