/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Boot loaders whose configuration fastreboot does not read, or not here. Where one of them is
 * there, the links and the newest kernel would be a guess: it may start another kernel, with other
 * parameters. */

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/loader.h"

enum {
    MAX_NAMES = 256, /* in one directory */
};

static const struct {
    const char *name;
    const char *path;
} CONFIGURATIONS[] = {
    {"LILO", "/etc/lilo.conf"},
    {"rEFInd", "/boot/refind_linux.conf"},
};

/* The same on a partition, wherever that is mounted. */
static const struct {
    const char *name;
    const char *file;
} ON_PARTITIONS[] = {
    {"extlinux", "extlinux/extlinux.conf"},
    {"extlinux", "extlinux.conf"},
    {"syslinux", "syslinux/syslinux.cfg"},
    {"syslinux", "syslinux.cfg"},
    {"syslinux", "EFI/syslinux/syslinux.cfg"},
    {"syslinux", "EFI/BOOT/syslinux.cfg"},
    {"ELILO", "elilo.conf"},
    {"ELILO", "EFI/elilo/elilo.conf"},
    {"rEFInd", "EFI/refind/refind.conf"},
    {"rEFInd", "EFI/BOOT/refind.conf"},
    {"Limine", "limine.conf"},
    {"Limine", "limine.cfg"},
    {"Limine", "limine/limine.conf"},
    {"Limine", "limine/limine.cfg"},
    {"Limine", "boot/limine.conf"},
    {"Limine", "EFI/limine/limine.conf"},
    {"Limine", "EFI/BOOT/limine.conf"},
    {"ZFSBootMenu", "EFI/ZBM"},
    {"GRUB Legacy", "grub/menu.lst"},
    {"U-Boot", "boot.scr"},
    {"U-Boot", "boot.scr.uimg"},
    {"U-Boot", "boot.ini"},
    {"U-Boot", "uEnv.txt"},
    {"U-Boot", "armbianEnv.txt"},
    {"the Raspberry Pi's firmware", "config.txt"},
};

/* Where the EFI system partition and XBOOTLDR are mounted. */
static const char *const PARTITIONS[] = {"/boot/efi", "/efi", "/boot", "/boot/firmware"};

static const char NOT_READ[] = "whose configuration fastreboot does not read";
/* Otherwise its own reader would have been asked. */
static const char NOT_STARTED[] = "but nothing shows that it started this machine";

/* `error` is 0, or the errno that the text is about. Owns the text. */
static void give_problem(struct boot_entries *entries, int error, char *problem)
{
    entries->problem = problem;
    entries->problem_error = error;
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
    static const char BUT[] = "and whether GRUB reads that configuration is not certain";
    AUTOFREE char *directory = format("%s/EFI", partition);
    AUTOFREE char *own = format("%s/grub/grub.cfg", partition);
    CLEANUP(names_freep) char **vendors = NULL;

    if (!streq(partition, "/boot"))
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
                      BUT[] = "but it left no LoaderInfo at this boot";
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

static void look_for_files(int root, const char *partition, struct boot_entries *entries)
{
    for (size_t i = 0; !entries->problem && i < ELEMENTS(ON_PARTITIONS); i++) {
        AUTOFREE char *path = format("%s/%s", partition, ON_PARTITIONS[i].file);

        look_at(root, path, ON_PARTITIONS[i].name,
                strstr(ON_PARTITIONS[i].name, "linux") ? NOT_STARTED : NOT_READ, entries);
    }
}

static int grub_elsewhere_read(int root, const struct running *running,
                               struct boot_entries *entries)
{
    (void)running;
    for (size_t i = 0; !entries->problem && i < ELEMENTS(PARTITIONS); i++)
        look_for_grub(root, PARTITIONS[i], entries);
    return entries->problem != NULL;
}

/* Files of a boot loader may be there although the firmware starts the kernel by itself. */
static void add_started(const struct started *started, struct boot_entries *entries)
{
    if (entries->problem && !entries->problem_error && started->file)
        set_text(&entries->problem, format("%s; the firmware started %s, %s", entries->problem,
                                           started->file, started->option));
}

static int unsupported_read(int root, const struct running *running, struct boot_entries *entries)
{
    for (size_t i = 0; !entries->problem && i < ELEMENTS(CONFIGURATIONS); i++)
        look_at(root, CONFIGURATIONS[i].path, CONFIGURATIONS[i].name, NOT_READ, entries);
    for (size_t i = 0; !entries->problem && i < ELEMENTS(PARTITIONS); i++)
        look_for_files(root, PARTITIONS[i], entries);
    for (size_t i = 0; !entries->problem && i < ELEMENTS(PARTITIONS); i++)
        look_for_entries(root, PARTITIONS[i], entries);
    add_started(running->started, entries);
    return entries->problem != NULL;
}

const struct loader loader_unsupported = {.name = "unsupported", .read = unsupported_read};
const struct loader loader_grub_elsewhere = {.name = "grub", .read = grub_elsewhere_read};
