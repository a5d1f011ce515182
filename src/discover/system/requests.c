/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/requests.h"

/* What was requested of the firmware or the boot loader for the next reboot: through EFI variables,
 * or without EFI through the files that logind leaves for a boot loader's own tools. */

#include <errno.h>
#include <strings.h>

#include "base/efivar.h"
#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/system/resume.h"

enum {
    /* Bits of OsIndications, UEFI specification 8.5.4. */
    INDICATION_SETUP = 0x1,
    INDICATION_CAPSULE = 0x4,
    INDICATION_RECOVERY = 0x20 | 0x40,
    INDICATION_JSON_CAPSULE = 0x80,
    /* They ask for nothing: revocation by time, and what belongs into OsIndicationsSupported. */
    INDICATION_IDLE = 0x2 | 0x8 | 0x10,
    INDICATIONS = 8, /* bytes */
    MAX_TEXT = 1024,
    MAX_PACKAGES = 64 * 1024,
    MAX_FWUPD_VARIABLES = 256,
    MAX_CAPSULES = 64,
};

static void note_unknown(struct answer *request, const char *variable, int error)
{
    answer_note_unknown(request, -error, format("%s: %s", variable, strerror(-error)));
}

static void note_unknown_file(struct answer *request, const char *path, int error)
{
    answer_note_unknown(request, -error, format("/%s: %s", path, strerror(-error)));
}

/* The firmware forgets all of them as it starts, so what is not known is over then, too. */
static void note_unknown_bits(uint64_t bits, struct answer *request)
{
    bits &= ~(uint64_t)(INDICATION_SETUP | INDICATION_CAPSULE | INDICATION_RECOVERY |
                        INDICATION_JSON_CAPSULE | INDICATION_IDLE);
    if (bits)
        answer_note(request, format("the firmware was asked for something that fastreboot does not "
                                    "know (OsIndications, bits 0x%llx)",
                                    (unsigned long long)bits));
}

static void read_indications(int root, struct answer *requests)
{
    static const char NAME[] = "OsIndications-" EFI_GUID_GLOBAL;
    struct answer *setup = &requests[REQUEST_SETUP], *update = &requests[REQUEST_UPDATE];
    AUTOFREE char *data = NULL;
    unsigned char bytes[INDICATIONS] = {0};
    uint64_t bits;
    size_t length;
    int r = efivar_read(root, NAME, &data, &length);

    if (r > 0 && length > INDICATIONS)
        r = -EBADMSG;
    if (r < 0) {
        note_unknown(setup, NAME, r);
        note_unknown(update, NAME, r);
    }
    if (r <= 0)
        return;
    memcpy(bytes, data, length);
    bits = get_le64(bytes);
    if (bits & INDICATION_SETUP)
        answer_note(setup, xstrdup("the firmware setup was requested (OsIndications)"));
    if (bits & (INDICATION_CAPSULE | INDICATION_JSON_CAPSULE))
        answer_note(update, xstrdup("a firmware update is pending (OsIndications)"));
    if (bits & INDICATION_RECOVERY)
        answer_note(update, xstrdup("a recovery by the firmware was requested (OsIndications)"));
    note_unknown_bits(bits, update);
}

static int is_fwupd_variable(const char *name)
{
    const char *rest = after_prefix(name, "fwupd-");

    return rest && strstr(rest, EFI_GUID_FWUPD) != NULL;
}

/* fwupd keeps a variable for each update, including finished ones: only status 1 is pending. */
static void read_fwupd_variable(int root, const char *name, struct answer *request)
{
    enum { STATUS_OFFSET = 48, ATTEMPT_UPDATE = 1 };
    AUTOFREE char *data = NULL;
    size_t length;
    int r = efivar_read(root, name, &data, &length);

    if (r < 0)
        note_unknown(request, name, r);
    else if (r > 0 && length > STATUS_OFFSET && data[STATUS_OFFSET] == ATTEMPT_UPDATE)
        answer_note(request, xstrdup("fwupd has a firmware update pending"));
}

static void read_fwupd(int root, struct answer *request)
{
    CLEANUP(names_freep) char **names = NULL;
    int r = root_names(root, EFIVARS_DIR, is_fwupd_variable, MAX_FWUPD_VARIABLES, &names);

    if (r < 0 && r != -ENOENT)
        note_unknown_file(request, EFIVARS_DIR, r);
    for (char **name = names; name && *name; name++)
        read_fwupd_variable(root, *name, request);
}

static int is_capsule(const char *name)
{
    size_t length = strlen(name);

    return length > 4 && strcasecmp(name + length - 4, ".cap") == 0;
}

/* Files on the EFI system partition that the firmware takes for updates. */
static void read_capsules(int root, struct answer *request)
{
    static const char *const DIRS[] = {"boot/efi/EFI/UpdateCapsule", "efi/EFI/UpdateCapsule",
                                       "boot/EFI/UpdateCapsule"};

    for (size_t i = 0; i < ELEMENTS(DIRS); i++) {
        CLEANUP(names_freep) char **names = NULL;
        int r = root_names(root, DIRS[i], is_capsule, MAX_CAPSULES, &names);

        if (r > 0)
            answer_note(request, format("a firmware update is pending: /%s/%s", DIRS[i], names[0]));
        else if (r < 0 && r != -ENOENT && r != -ENOTDIR)
            note_unknown_file(request, DIRS[i], r);
    }
}

/* Packages that ask for a reboot, one a line: fwupd's own, or its plugins', do for an update. */
static void read_packages(int root, struct answer *request)
{
    static const char PATH[] = "run/reboot-required.pkgs";
    AUTOFREE char *text = NULL;
    char *rest = NULL;
    int r = root_read(root, PATH, MAX_PACKAGES, &text, NULL);

    if (r < 0 && r != -ENOENT)
        note_unknown_file(request, PATH, r);
    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest))
        if (streq(line, "fwupd"))
            answer_note(request, format("fwupd asks for a reboot to update firmware (/%s)", PATH));
}

static void read_variable(int root, const char *name, struct answer *request, const char *text)
{
    AUTOFREE char *data = NULL;
    size_t length;
    int r = efivar_read(root, name, &data, &length);

    if (r < 0)
        note_unknown(request, name, r);
    else if (r > 0)
        answer_note(request, xstrdup(text));
}

/* For any of these shim starts MokManager (check_mok_request in its mok.c). */
static void read_mok_variables(int root, struct answer *request)
{
    static const char *const NAMES[] = {
        "MokNew", "MokSB",   "MokPW",   "MokAuth",  "MokDel",
        "MokDB",  "MokXNew", "MokXDel", "MokXAuth", "MokListTrustedNew"};

    for (size_t i = 0; i < ELEMENTS(NAMES); i++) {
        AUTOFREE char *name = format("%s-" EFI_GUID_SHIM, NAMES[i]);
        AUTOFREE char *text = format(
            "mokutil has asked shim for a change, to be confirmed at the console (%s)", NAMES[i]);

        read_variable(root, name, request, text);
    }
}

static void read_entry_variable(int root, struct answer *request)
{
    static const char NAME[] = "LoaderEntryOneShot-" EFI_GUID_LOADER;
    AUTOFREE char *entry = NULL;
    int r = efivar_read_text(root, NAME, &entry);

    if (r < 0)
        note_unknown(request, NAME, r);
    /* The kernel's efibc writes exactly this at every kexec, and it means nothing. */
    if (r <= 0 || !*entry || streq(entry, "kexec reboot"))
        return;
    answer_note(request,
                format("boot entry \"%s\" was requested for one boot (LoaderEntryOneShot)", entry));
}

/* A file of logind's, whose content goes into the text. */
static void read_file(int root, const char *path, struct answer *request, const char *what)
{
    AUTOFREE char *line = NULL;
    int r = root_read_line(root, path, MAX_TEXT, &line);

    if (r == -ENOENT)
        return;
    if (r < 0)
        note_unknown_file(request, path, r);
    else
        answer_note(request, *line ? format("%s: \"%s\" (/%s)", what, line, path)
                                   : format("%s (/%s)", what, path));
}

static void read_variables(int root, struct answer *requests)
{
    read_indications(root, requests);
    read_fwupd(root, &requests[REQUEST_UPDATE]);
    read_capsules(root, &requests[REQUEST_UPDATE]);
    read_variable(root, "BootNext-" EFI_GUID_GLOBAL, &requests[REQUEST_BOOT_NEXT],
                  "the firmware is set to start another boot entry once (BootNext)");
    read_variable(root, "LoaderConfigTimeoutOneShot-" EFI_GUID_LOADER,
                  &requests[REQUEST_LOADER_MENU],
                  "the boot loader's menu was requested (LoaderConfigTimeoutOneShot)");
    read_entry_variable(root, &requests[REQUEST_LOADER_ENTRY]);
    read_mok_variables(root, &requests[REQUEST_MOK]);
    read_variable(root, "HibernateLocation-8cf2644b-4b0b-428f-9387-6d876050dc67",
                  &requests[REQUEST_RESUME],
                  "a hibernated system is waiting to be resumed (HibernateLocation)");
}

/* Anything at `path`, even a link that leads nowhere. */
static void read_presence(int root, const char *path, struct answer *request, const char *what)
{
    AUTOFREE char *target = NULL;
    int r = root_readlink(root, path, &target);

    if (r == -ENOENT || r == -ENOTDIR)
        return;
    if (r < 0 && r != -EINVAL) /* not a link, but there */
        note_unknown_file(request, path, r);
    else
        answer_note(request, format("%s (/%s)", what, path));
}

/* Updates that come between this boot and what the next one would start. */
static void read_updates(int root, struct answer *requests)
{
    /* systemd's generator for it accepts either. */
    static const char *const LINKS[] = {"system-update", "etc/system-update"};

    for (size_t i = 0; i < ELEMENTS(LINKS); i++)
        read_presence(root, LINKS[i], &requests[REQUEST_OFFLINE],
                      "the next boot installs updates, and reboots by itself");
    read_presence(root, "run/ostree/staged-deployment", &requests[REQUEST_DEPLOYMENT],
                  "ostree writes the next boot entry during the shutdown, after fastreboot has "
                  "chosen");
    read_presence(root, "run/composefs/staged-deployment", &requests[REQUEST_DEPLOYMENT],
                  "bootc writes the next boot entry during the shutdown, after fastreboot has "
                  "chosen");
}

void requests_read(int root, struct answer ret[N_REQUESTS])
{
    static const struct {
        const char *path;
        enum request_kind kind;
        const char *what;
    } FILES[] = {
        {"run/systemd/reboot-to-firmware-setup", REQUEST_SETUP, "the firmware setup was requested"},
        {"run/systemd/reboot-to-boot-loader-menu", REQUEST_LOADER_MENU,
         "the boot loader's menu was requested"},
        {"run/systemd/reboot-to-boot-loader-entry", REQUEST_LOADER_ENTRY,
         "a boot entry was requested for one boot"},
        /* One place in logind writes this name instead. */
        {"run/systemd/reboot-boot-to-loader-entry", REQUEST_LOADER_ENTRY,
         "a boot entry was requested for one boot"},
        {"run/systemd/reboot-param", REQUEST_PARAMETER, "the reboot has a parameter"},
    };

    memset(ret, 0, N_REQUESTS * sizeof(*ret));
    read_variables(root, ret);
    for (size_t i = 0; i < ELEMENTS(FILES); i++)
        read_file(root, FILES[i].path, &ret[FILES[i].kind], FILES[i].what);
    read_packages(root, &ret[REQUEST_UPDATE]);
    read_updates(root, ret);
    resume_image_find(root, &ret[REQUEST_RESUME]);
}

void requests_clear(struct answer requests[N_REQUESTS])
{
    for (size_t i = 0; i < N_REQUESTS; i++)
        answer_clear(&requests[i]);
}
