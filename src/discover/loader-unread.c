/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Loaders whose configuration fastreboot does not read. Where one of them is there, the links and
 * the newest kernel would be a guess: it may be told to start another one, with other parameters.
 */

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/efivar.h"
#include "discover/loader.h"

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

/* 1 with the problem when LoaderInfo names one that no reader took. */
static int read_info(int root, struct boot_entries *entries)
{
    AUTOFREE char *info = NULL;
    int r = efivar_read_text(root, "LoaderInfo-" EFI_GUID_LOADER, &info);

    if (r == 0 || r == -ENOMEM)
        return r;
    if (r > 0)
        entries->problem =
            format("the boot loader is %s (LoaderInfo), and its configuration was not found or is "
                   "none that fastreboot reads",
                   info);
    else
        entries->problem = format("LoaderInfo: %s", strerror(-r));
    entries->problem_error = r < 0 ? -r : 0;
    return entries->problem ? 1 : -ENOMEM;
}

/* The same where the firmware started a unified kernel image without a loader before it. */
static int read_stub(int root, struct boot_entries *entries)
{
    AUTOFREE char *info = NULL;
    int r = efivar_read_text(root, "StubInfo-" EFI_GUID_LOADER, &info);

    if (r == 0 || r == -ENOMEM)
        return r;
    entries->problem =
        r > 0 ? format("the firmware started a unified kernel image by itself (StubInfo: "
                       "%s), and which one is next is not known to fastreboot",
                       info)
              : format("StubInfo: %s", strerror(-r));
    entries->problem_error = r < 0 ? -r : 0;
    return entries->problem ? 1 : -ENOMEM;
}

static int unread_read(int root, const char *cmdline, struct boot_entries *entries)
{
    int r = read_info(root, entries);

    (void)cmdline;
    if (r == 0)
        r = read_stub(root, entries);
    for (size_t i = 0; r == 0 && i < ELEMENTS(CONFIGURATIONS); i++) {
        r = root_exists(root, CONFIGURATIONS[i].path);
        if (r == 0 || r == -ENOMEM)
            continue;
        entries->problem_error = r < 0 ? -r : 0;
        entries->problem =
            r < 0 ? format("%s: %s", CONFIGURATIONS[i].path, strerror(-r))
                  : format("the boot loader seems to be %s (%s is there), whose configuration "
                           "fastreboot does not read",
                           CONFIGURATIONS[i].name, CONFIGURATIONS[i].path);
        r = entries->problem ? 1 : -ENOMEM;
    }
    return r;
}

const struct loader loader_unread = {.name = "unread", .read = unread_read};
