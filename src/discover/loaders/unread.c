/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Loaders whose configuration fastreboot does not read. Where one of them is there, the links and
 * the newest kernel would be a guess: it may be told to start another one, with other parameters.
 */

#include <ctype.h>
#include <errno.h>

#include "base/efivar.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/loader.h"

enum {
    MAX_NAMES = 256, /* in one directory */
    MAX_LIST = 64 * 1024,
};

static const struct {
    const char *name;
    const char *path;
} CONFIGURATIONS[] = {
    {"extlinux", "/boot/extlinux/extlinux.conf"},
    {"extlinux", "/boot/extlinux.conf"},
    {"syslinux", "/boot/syslinux/syslinux.cfg"},
    {"syslinux", "/boot/efi/EFI/syslinux/syslinux.cfg"},
    {"LILO", "/etc/lilo.conf"},
    {"rEFInd", "/boot/efi/EFI/refind/refind.conf"},
    {"rEFInd", "/efi/EFI/refind/refind.conf"},
    {"rEFInd", "/boot/EFI/refind/refind.conf"},
    {"rEFInd", "/boot/refind_linux.conf"},
    {"Limine", "/boot/limine.conf"},
    {"Limine", "/boot/limine/limine.conf"},
    {"Limine", "/boot/efi/limine.conf"},
    {"Limine", "/boot/efi/EFI/limine/limine.conf"},
    {"GRUB Legacy", "/boot/grub/menu.lst"},
    {"U-Boot", "/boot/boot.scr"},
    {"U-Boot", "/boot/uEnv.txt"},
    {"the Raspberry Pi's firmware", "/boot/firmware/config.txt"},
    {"the Raspberry Pi's firmware", "/boot/config.txt"},
};

/* Where the EFI system partition and XBOOTLDR are mounted. */
static const char *const PARTITIONS[] = {"/boot/efi", "/efi", "/boot"};

/* 1, or -ENOMEM without a text. `error` is 0, or the errno that the text is about. */
static int give_problem(struct boot_entries *entries, int error, char *problem)
{
    entries->problem = problem;
    entries->problem_error = error;
    return problem ? 1 : -ENOMEM;
}

/* 1 with the problem when LoaderInfo names one that no reader took. */
static int read_info(int root, struct boot_entries *entries)
{
    AUTOFREE char *info = NULL;
    int r = efivar_read_text(root, "LoaderInfo-" EFI_GUID_LOADER, &info);

    if (r == 0 || r == -ENOMEM)
        return r;
    if (r < 0)
        return give_problem(entries, -r, format("LoaderInfo: %s", strerror(-r)));
    return give_problem(entries, 0,
                        format("the boot loader is %s (LoaderInfo), and its configuration was not "
                               "found or is none that fastreboot reads",
                               info));
}

/* The same where the firmware started a unified kernel image without a loader before it. Ubuntu's
 * kernels for arm64 have a stub of their own inside ("ubustub"), and GRUB starts them like others.
 */
static int read_stub(int root, bool grub_may_be_there, struct boot_entries *entries)
{
    AUTOFREE char *info = NULL;
    int r = efivar_read_text(root, "StubInfo-" EFI_GUID_LOADER, &info);

    if (r == 0 || r == -ENOMEM)
        return r;
    if (r < 0)
        return give_problem(entries, -r, format("StubInfo: %s", strerror(-r)));
    if (grub_may_be_there && after_prefix(info, "ubustub"))
        return 0;
    return give_problem(entries, 0,
                        format("the firmware started a unified kernel image by itself (StubInfo: "
                               "%s), and which one is next is not known to fastreboot",
                               info));
}

/* Proxmox' tool copies kernels and configuration to the partitions in this list, each with a loader
 * of its own; a grub.cfg in /boot is not what that one reads. */
static int read_proxmox(int root, struct boot_entries *entries)
{
    static const char PATH[] = "/etc/kernel/proxmox-boot-uuids";
    AUTOFREE char *list = NULL;
    const char *at = NULL;
    int r = root_read(root, PATH, MAX_LIST, &list, NULL);

    if (r == -ENOENT || r == -ENOTDIR || r == -ENOMEM)
        return r == -ENOMEM ? r : 0;
    if (r < 0)
        return give_problem(entries, -r, format("%s: %s", PATH, strerror(-r)));
    for (at = list; isspace((unsigned char)*at);)
        at++;
    if (!*at)
        return 0;
    return give_problem(entries, 0,
                        format("proxmox-boot-tool keeps the boot loader's configuration (%s is "
                               "there), on partitions that fastreboot does not read",
                               PATH));
}

static int is_visible(const char *name)
{
    return *name != '.';
}

static int is_entry(const char *name)
{
    return is_visible(name) && loader_name_ends(name, ".conf");
}

static int is_image(const char *name)
{
    return is_visible(name) && loader_name_ends(name, ".efi");
}

/* 1 with the problem when `path` is there, or that is not known. NULL is want of memory. */
static int look_at(int root, const char *path, const char *loader, const char *but,
                   struct boot_entries *entries)
{
    int r = path ? root_exists(root, path) : -ENOMEM;

    if (r == 0 || r == -ENOMEM)
        return r;
    if (r < 0)
        return give_problem(entries, -r, format("%s: %s", path, strerror(-r)));
    return give_problem(
        entries, 0, format("the boot loader seems to be %s (%s is there), %s", loader, path, but));
}

/* The names in a directory that may be missing: their number. */
static int list(int root, const char *path, int (*wanted)(const char *), char ***ret_names,
                struct boot_entries *entries)
{
    int r = root_names(root, path, wanted, MAX_NAMES, ret_names);

    if (r >= 0 || r == -ENOMEM)
        return r;
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    r = give_problem(entries, -r, format("%s: %s", path, strerror(-r)));
    return r < 0 ? r : 0;
}

/* GRUB's own configuration on the ESP: that of RHEL 7 and 8, and what leads to a grub.cfg that was
 * not found. */
static int look_for_grub(int root, const char *partition, struct boot_entries *entries)
{
    static const char BUT[] = "and fastreboot reads the grub.cfg of /boot/grub or /boot/grub2 only";
    AUTOFREE char *directory = format("%s/EFI", partition);
    AUTOFREE char *own = format("%s/grub/grub.cfg", partition);
    CLEANUP(names_freep) char **vendors = NULL;
    int r = look_at(root, own, "GRUB", BUT, entries);

    if (r == 0)
        r = directory ? list(root, directory, is_visible, &vendors, entries) : -ENOMEM;
    for (char **vendor = vendors; r >= 0 && !entries->problem && vendor && *vendor; vendor++) {
        AUTOFREE char *path = format("%s/%s/grub.cfg", directory, *vendor);

        r = look_at(root, path, "GRUB", BUT, entries);
    }
    return r;
}

/* What a loader of the Boot Loader Specification would take, where none says that it is one: the
 * EFI variables may not be there to be read, as with efi=noruntime. */
static int look_for_entries(int root, const char *partition, struct boot_entries *entries)
{
    static const struct {
        const char *below;
        int (*wanted)(const char *name);
    } KINDS[] = {{"loader/entries", is_entry}, {"EFI/Linux", is_image}};
    static const char LOADER[] = "systemd-boot or one like it",
                      BUT[] = "and there is no LoaderInfo to say which one";
    AUTOFREE char *config = format("%s/loader/loader.conf", partition);
    int r = look_at(root, config, LOADER, BUT, entries);

    for (size_t i = 0; r >= 0 && !entries->problem && i < ELEMENTS(KINDS); i++) {
        AUTOFREE char *directory = format("%s/%s", partition, KINDS[i].below), *first = NULL;
        CLEANUP(names_freep) char **names = NULL;

        r = directory ? list(root, directory, KINDS[i].wanted, &names, entries) : -ENOMEM;
        if (r <= 0 || entries->problem)
            continue;
        first = format("%s/%s", directory, names[0]);
        r = look_at(root, first, LOADER, BUT, entries);
    }
    return r;
}

/* What shows that it is not for GRUB's files in /boot to say what is started. */
static int before_grub_read(int root, const char *cmdline, struct boot_entries *entries)
{
    AUTOFREE char *info = NULL;
    int r = efivar_read_text(root, "LoaderInfo-" EFI_GUID_LOADER, &info);

    (void)cmdline;
    if (r == -ENOMEM)
        return r;
    /* GRUB before 2.12 does not say its name, but starts no kernel with a stub either. */
    r = r == 0 ? read_stub(root, true, entries) : 0;
    return r == 0 ? read_proxmox(root, entries) : r;
}

static int unread_read(int root, const char *cmdline, struct boot_entries *entries)
{
    int r = read_info(root, entries);

    (void)cmdline;
    if (r == 0)
        r = read_stub(root, false, entries);
    for (size_t i = 0; r >= 0 && !entries->problem && i < ELEMENTS(CONFIGURATIONS); i++)
        r = look_at(root, CONFIGURATIONS[i].path, CONFIGURATIONS[i].name,
                    "whose configuration fastreboot does not read", entries);
    for (size_t i = 0; r >= 0 && !entries->problem && i < ELEMENTS(PARTITIONS); i++) {
        r = look_for_grub(root, PARTITIONS[i], entries);
        if (r >= 0 && !entries->problem)
            r = look_for_entries(root, PARTITIONS[i], entries);
    }
    return r < 0 ? r : entries->problem != NULL;
}

const struct loader loader_before_grub = {.name = "unread", .read = before_grub_read};
const struct loader loader_unread = {.name = "unread", .read = unread_read};
