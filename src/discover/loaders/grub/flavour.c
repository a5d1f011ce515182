/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A machine keeps its grub.cfg when it gets another GRUB, so that file says nothing of which one
 * reads it. The program does: on a BIOS the modules beside it, on EFI the file that the firmware
 * starts, and what GRUB itself tells the system in an EFI variable. */

#include "discover/loaders/grub/flavour.h"

#include <errno.h>

#include "base/efivar.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_PROGRAM = 16 * 1024 * 1024,
    MAX_DIRECTORIES = 64,
};

/* Names that only one of the two looks for. */
static const char FEDORA_MARK[] = "default_kernelopts", UPSTREAM_MARK[] = "blsuki_save_default";

static unsigned by_modules(int root, const char *directory)
{
    AUTOFREE char *fedora = format("%s/i386-pc/blscfg.mod", directory);
    AUTOFREE char *upstream = format("%s/i386-pc/blsuki.mod", directory);

    return (fedora && root_exists(root, fedora) == 1 ? GRUB_FEDORA : 0) |
           (upstream && root_exists(root, upstream) == 1 ? GRUB_UPSTREAM : 0);
}

/* No GRUB before 2.14 had the command, but for Fedora's. */
static int by_version(int root, unsigned *found)
{
    AUTOFREE char *info = NULL;
    int r = efivar_read_text(root, "LoaderInfo-" EFI_GUID_LOADER, &info);
    const char *minor = r > 0 ? after_prefix(info, "GRUB 2.") : NULL;

    if (r == -ENOMEM)
        return r;
    if (minor && strspn(minor, "0123456789") == 2 && atoi(minor) < 14)
        *found |= GRUB_FEDORA;
    return 0;
}

static int is_program(const char *name)
{
    size_t n = strlen(name);

    return after_prefix(name, "grub") && n > 4 && streq(name + n - 4, ".efi");
}

static int is_directory_name(const char *name)
{
    return *name != '.';
}

static int look_into(int root, const char *directory, const char *name, unsigned *found)
{
    AUTOFREE char *path = format("%s/%s", directory, name), *data = NULL;
    size_t length;
    int r = path ? root_read(root, path, MAX_PROGRAM, &data, &length) : -ENOMEM;

    if (r == -ENOMEM)
        return r;
    if (r < 0)
        *found |= GRUB_FEDORA | GRUB_UPSTREAM;
    if (r >= 0 && memmem(data, length, FEDORA_MARK, sizeof(FEDORA_MARK)))
        *found |= GRUB_FEDORA;
    if (r >= 0 && memmem(data, length, UPSTREAM_MARK, sizeof(UPSTREAM_MARK)))
        *found |= GRUB_UPSTREAM;
    return 0;
}

/* Every GRUB on the ESP: which of them the firmware takes is not looked at. */
static int by_programs(int root, unsigned *found)
{
    CLEANUP(names_freep) char **vendors = NULL;
    int n = root_names(root, "boot/efi/EFI", is_directory_name, MAX_DIRECTORIES, &vendors), r = 0;

    for (int i = 0; r >= 0 && i < n; i++) {
        AUTOFREE char *directory = format("boot/efi/EFI/%s", vendors[i]);
        CLEANUP(names_freep) char **names = NULL;
        int m =
            directory ? root_names(root, directory, is_program, MAX_DIRECTORIES, &names) : -ENOMEM;

        r = m == -ENOMEM ? m : 0;
        for (int j = 0; r >= 0 && j < m; j++)
            r = look_into(root, directory, names[j], found);
    }
    return n == -ENOMEM ? n : r;
}

int grub_flavours(int root, const char *directory, unsigned *ret_flavours)
{
    unsigned found = 0;
    int r = 0;

    if (root_exists(root, "sys/firmware/efi") != 1) {
        found = by_modules(root, directory);
    } else {
        r = by_version(root, &found);
        if (r >= 0 && !found)
            r = by_programs(root, &found);
    }
    *ret_flavours = found ? found : GRUB_FEDORA | GRUB_UPSTREAM;
    return r;
}
