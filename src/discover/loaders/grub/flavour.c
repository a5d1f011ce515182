/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A machine keeps its grub.cfg when it gets another GRUB, so that file does not tell which GRUB
 * reads it. The program does: on BIOS, the modules next to grub.cfg; on EFI, the file that the
 * firmware starts, and what GRUB itself writes into an EFI variable. */

#include "discover/loaders/grub/flavour.h"

#include <errno.h>

#include "base/efivar.h"
#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_PROGRAM = 16 * 1024 * 1024,
    MAX_DIRECTORIES = 64,
};

/* Names that only one of the two contains. */
static const char FEDORA_MARK[] = "default_kernelopts", UPSTREAM_MARK[] = "blsuki_save_default";

static unsigned by_modules(int root, const char *directory)
{
    AUTOFREE char *fedora = format("%s/i386-pc/blscfg.mod", directory);
    AUTOFREE char *upstream = format("%s/i386-pc/blsuki.mod", directory);

    return (root_exists(root, fedora) == 1 ? GRUB_FEDORA : 0) |
           (root_exists(root, upstream) == 1 ? GRUB_UPSTREAM : 0);
}

/* Before 2.14 only Fedora's GRUB had the command. */
static unsigned by_version(int root)
{
    AUTOFREE char *info = NULL;
    const char *minor = efivar_read_text(root, "LoaderInfo-" EFI_GUID_LOADER, &info) > 0
                            ? after_prefix(info, "GRUB 2.")
                            : NULL;

    return minor && strspn(minor, "0123456789") == 2 && atoi(minor) < 14 ? GRUB_FEDORA : 0;
}

static int is_program(const char *name)
{
    return after_prefix(name, "grub") && streq(name + strlen(name) - 4, ".efi");
}

static unsigned by_program(int root, const char *directory, const char *name)
{
    AUTOFREE char *path = format("%s/%s", directory, name), *untrusted = NULL;
    AUTOCLOSE int fd = root_open(root, path, &untrusted);
    int fedora = fd < 0 ? fd : fd_find(fd, FEDORA_MARK, sizeof(FEDORA_MARK), 0, MAX_PROGRAM, NULL);
    int upstream =
        fd < 0 ? fd : fd_find(fd, UPSTREAM_MARK, sizeof(UPSTREAM_MARK), 0, MAX_PROGRAM, NULL);

    if (untrusted)
        return GRUB_FEDORA | GRUB_UPSTREAM;
    return (fedora != -ENOENT ? GRUB_FEDORA : 0) | (upstream != -ENOENT ? GRUB_UPSTREAM : 0);
}

/* Considers every GRUB on the ESP, as the firmware may start any of them. */
static unsigned by_programs(int root)
{
    CLEANUP(names_freep) char **vendors = NULL;
    int n = root_names(root, "boot/efi/EFI", NULL, MAX_DIRECTORIES, &vendors);
    unsigned found = 0;

    for (int i = 0; i < n; i++) {
        AUTOFREE char *directory = format("boot/efi/EFI/%s", vendors[i]);
        CLEANUP(names_freep) char **names = NULL;
        int m = root_names(root, directory, is_program, MAX_DIRECTORIES, &names);

        for (int j = 0; j < m; j++)
            found |= by_program(root, directory, names[j]);
    }
    return found;
}

unsigned grub_flavours(int root, const char *directory)
{
    unsigned found = 0;

    if (root_exists(root, "sys/firmware/efi") != 1)
        found = by_modules(root, directory);
    else if (!(found = by_version(root)))
        found = by_programs(root);
    return found ? found : GRUB_FEDORA | GRUB_UPSTREAM;
}
