/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Boot loaders whose configuration fastreboot does not read. Where one of them is there, the links
 * and the newest kernel would be a guess: it may start another kernel, with other parameters. */

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

/* `error` is 0, or the errno that the text is about. Owns the text. */
static void give_problem(struct boot_entries *entries, int error, char *problem)
{
    entries->problem = problem;
    entries->problem_error = error;
}

/* LoaderInfo names a boot loader that no other reader recognized. */
static void read_info(int root, struct boot_entries *entries)
{
    AUTOFREE char *info = NULL;
    int r = efivar_read_text(root, "LoaderInfo-" EFI_GUID_LOADER, &info);

    if (r < 0)
        give_problem(entries, -r, format("LoaderInfo: %s", strerror(-r)));
    else if (r > 0)
        give_problem(entries, 0,
                     format("the boot loader is %s (LoaderInfo), and its configuration was not "
                            "found or is not supported",
                            info));
}

/* The firmware may have started a unified kernel image without a boot loader. Ubuntu's kernels for
 * arm64 contain a stub ("ubustub") even when GRUB starts them. */
static void read_stub(int root, bool grub_may_be_there, struct boot_entries *entries)
{
    AUTOFREE char *info = NULL;
    int r = efivar_read_text(root, "StubInfo-" EFI_GUID_LOADER, &info);

    if (r < 0)
        give_problem(entries, -r, format("StubInfo: %s", strerror(-r)));
    else if (r > 0 && !(grub_may_be_there && after_prefix(info, "ubustub")))
        give_problem(entries, 0,
                     format("the firmware started a unified kernel image without a boot loader "
                            "(StubInfo: %s), and which one is next is unknown",
                            info));
}

/* Proxmox' tool copies kernels and configuration to the partitions in this list, each with a boot
 * loader, which does not read /boot/grub. */
static void read_proxmox(int root, struct boot_entries *entries)
{
    static const char PATH[] = "/etc/kernel/proxmox-boot-uuids";
    AUTOFREE char *list = NULL;
    int r = root_read(root, PATH, MAX_LIST, &list, NULL);

    if (r == -ENOENT || r == -ENOTDIR)
        return;
    if (r < 0)
        give_problem(entries, -r, format("%s: %s", PATH, strerror(-r)));
    else if (list[strspn(list, " \t\r\n\v\f")])
        give_problem(entries, 0,
                     format("proxmox-boot-tool keeps the boot loader's configuration on partitions "
                            "that fastreboot does not read (%s)",
                            PATH));
}

static int is_entry(const char *name)
{
    return *name != '.' && loader_name_ends(name, ".conf");
}

static int is_image(const char *name)
{
    return *name != '.' && loader_name_ends(name, ".efi");
}

/* It is a problem when `path` is there, or when that is not known. */
static void look_at(int root, const char *path, const char *loader, const char *but,
                    struct boot_entries *entries)
{
    int r = root_exists(root, path);

    if (r < 0)
        give_problem(entries, -r, format("%s: %s", path, strerror(-r)));
    else if (r > 0)
        give_problem(entries, 0,
                     format("the boot loader seems to be %s (%s exists), %s", loader, path, but));
}

/* The names in a directory, NULL when there is none. */
static char **list(int root, const char *path, int (*wanted)(const char *),
                   struct boot_entries *entries)
{
    char **names = NULL;
    int r = root_names(root, path, wanted, MAX_NAMES, &names);

    if (r < 0 && r != -ENOENT && r != -ENOTDIR)
        give_problem(entries, -r, format("%s: %s", path, strerror(-r)));
    return names;
}

/* GRUB's configuration on the ESP: the whole of it, as in RHEL 7 and 8, or a stub that leads to a
 * grub.cfg that was not found. */
static void look_for_grub(int root, const char *partition, struct boot_entries *entries)
{
    static const char BUT[] = "and fastreboot reads grub.cfg only in /boot/grub and /boot/grub2";
    AUTOFREE char *directory = format("%s/EFI", partition);
    AUTOFREE char *own = format("%s/grub/grub.cfg", partition);
    CLEANUP(names_freep) char **vendors = NULL;

    look_at(root, own, "GRUB", BUT, entries);
    if (!entries->problem)
        vendors = list(root, directory, NULL, entries);
    for (char **vendor = vendors; vendor && *vendor && !entries->problem; vendor++) {
        AUTOFREE char *path = format("%s/%s/grub.cfg", directory, *vendor);

        look_at(root, path, "GRUB", BUT, entries);
    }
}

/* What a loader of the Boot Loader Specification would start, without a LoaderInfo: the EFI
 * variables may not be readable, as with efi=noruntime. */
static void look_for_entries(int root, const char *partition, struct boot_entries *entries)
{
    static const struct {
        const char *below;
        int (*wanted)(const char *name);
    } KINDS[] = {{"loader/entries", is_entry}, {"EFI/Linux", is_image}};
    static const char LOADER[] = "systemd-boot or a similar one",
                      BUT[] = "and there is no LoaderInfo to tell which one";
    AUTOFREE char *config = format("%s/loader/loader.conf", partition);

    look_at(root, config, LOADER, BUT, entries);
    for (size_t i = 0; !entries->problem && i < ELEMENTS(KINDS); i++) {
        AUTOFREE char *directory = format("%s/%s", partition, KINDS[i].below), *first = NULL;
        CLEANUP(names_freep) char **names = list(root, directory, KINDS[i].wanted, entries);

        if (!names || !names[0] || entries->problem)
            continue;
        first = format("%s/%s", directory, names[0]);
        look_at(root, first, LOADER, BUT, entries);
    }
}

static int not_grub_read(int root, const char *cmdline, struct boot_entries *entries)
{
    AUTOFREE char *info = NULL;

    (void)cmdline;
    /* GRUB before 2.12 does not set LoaderInfo, but does not start kernels with a stub either. */
    if (efivar_read_text(root, "LoaderInfo-" EFI_GUID_LOADER, &info) == 0)
        read_stub(root, true, entries);
    if (!entries->problem)
        read_proxmox(root, entries);
    return entries->problem != NULL;
}

static int unsupported_read(int root, const char *cmdline, struct boot_entries *entries)
{
    (void)cmdline;
    read_info(root, entries);
    if (!entries->problem)
        read_stub(root, false, entries);
    for (size_t i = 0; !entries->problem && i < ELEMENTS(CONFIGURATIONS); i++)
        look_at(root, CONFIGURATIONS[i].path, CONFIGURATIONS[i].name,
                "whose configuration fastreboot does not read", entries);
    for (size_t i = 0; !entries->problem && i < ELEMENTS(PARTITIONS); i++) {
        look_for_grub(root, PARTITIONS[i], entries);
        if (!entries->problem)
            look_for_entries(root, PARTITIONS[i], entries);
    }
    return entries->problem != NULL;
}

const struct loader loader_not_grub = {.name = "not-grub", .read = not_grub_read};
const struct loader loader_unsupported = {.name = "unsupported", .read = unsupported_read};
