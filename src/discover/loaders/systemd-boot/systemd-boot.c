/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* systemd-boot: the entries of the Boot Loader Specification, of both types, on the EFI system
 * partition and XBOOTLDR, and its default. Only used if LoaderInfo says that systemd-boot started
 * this machine. */

#include <errno.h>

#include "base/efivar.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/kernel/uki.h"
#include "discover/loaders/bls/uki-entry.h"
#include "discover/loaders/loader.h"
#include "discover/loaders/systemd-boot/config.h"
#include "discover/loaders/systemd-boot/menu.h"
#include "discover/loaders/systemd-boot/partitions.h"
#include "discover/loaders/systemd-boot/smbios.h"

enum {
    MAX_ENTRIES = 128, /* in one directory */
    /* Since then it sorts like bls_entry_compare() and uses the first entry that matches. */
    FIRST_VERSION = 250,
    FIRST_WITH_PROFILES = 257,
};

static int is_entry(const char *name)
{
    return name[0] != '.' && loader_name_ends(name, ".conf") && strncasecmp(name, "auto-", 5) != 0;
}

static int is_uki(const char *name)
{
    return name[0] != '.' && loader_name_ends(name, ".efi") && strncasecmp(name, "auto-", 5) != 0;
}

/* Keeps the last entry, which was read with result `r`, unless the boot loader ignores it. */
static bool keep_entry(struct menu *menu, int r)
{
    struct bls_entry *entry = &menu->entries[menu->n - 1];

    if (r >= 0)
        return true;
    if (r != -EBADMSG && r != -ENOENT)
        menu_give_up(menu, format("%s: %s", entry->source, strerror(-r)));
    bls_entry_clear(entry);
    menu->n--;
    return false;
}

static void add_entry(int root, struct menu *menu, const char *directory, const char *name)
{
    struct bls_entry *entry = APPEND(menu->entries, menu->n);
    int r = bls_entry_read(root, directory, name, entry);

    menu_distrust(root, menu, entry->source);
    if (r >= 0)
        r = uki_entry_settle(root, menu->version, entry);
    (void)keep_entry(menu, r);
}

/* Old versions skip the profiles after one without a command line. */
static void doubt_profile(struct menu *menu, struct bls_entry *entry)
{
    bool skipped = menu->n < 2 || !entry[-1].options;

    if (!entry->problem && entry->profile > 0 && skipped)
        entry->problem =
            xstrdup("systemd-boot may not show it: the profile before has no command line");
}

/* Adds an entry for each profile of an image. */
static void add_image(int root, struct menu *menu, const char *directory, const char *name)
{
    unsigned max = menu->version < FIRST_WITH_PROFILES ? 1 : UKI_MAX_PROFILES;
    AUTOFREE char *path = format("%s/EFI/Linux/%s", directory, name);

    menu_distrust(root, menu, path);
    for (unsigned profile = 0; profile < max; profile++) {
        struct bls_entry *entry = APPEND(menu->entries, menu->n);
        int r = uki_entry_read(root, directory, name, profile, entry);

        if (r >= 0)
            doubt_profile(menu, entry);
        if (!keep_entry(menu, r) && r == -ENOENT)
            return;
    }
}

/* The names in a directory of a partition; NULL if it does not exist. */
static char **list_names(int root, struct menu *menu, const char *path, int (*wanted)(const char *))
{
    char **names = NULL;
    int r = root_names(root, path, wanted, MAX_ENTRIES, &names);

    menu_distrust(root, menu, path);
    if (r < 0 && r != -ENOENT && r != -ENOTDIR)
        menu_give_up(menu, format("%s: %s", path, strerror(-r)));
    return names;
}

/* Whether the directory exists, and was not already read at another place. */
static bool is_new(int root, struct menu *menu, const char *directory)
{
    AUTOFREE char *path = NULL;
    struct stat st;

    if (root_resolve(root, directory, &path, &st, NULL) < 0)
        return false;
    for (size_t i = 0; i < menu->n_known; i++)
        if (menu->known[i].st_dev == st.st_dev && menu->known[i].st_ino == st.st_ino)
            return false;
    menu->known[menu->n_known++] = st;
    return true;
}

static void read_partition(int root, struct menu *menu, const char *directory)
{
    AUTOFREE char *entries = format("%s/loader/entries", directory);
    AUTOFREE char *images = format("%s/EFI/Linux", directory);
    CLEANUP(names_freep) char **names = list_names(root, menu, entries, is_entry);
    CLEANUP(names_freep) char **ukis = list_names(root, menu, images, is_uki);

    for (char **name = names; name && *name; name++)
        add_entry(root, menu, directory, *name);
    for (char **name = ukis; name && *name; name++)
        add_image(root, menu, directory, *name);
}

static int compare(const void *a, const void *b)
{
    return bls_entry_compare(a, b);
}

static void read_menu(int root, struct menu *menu)
{
    struct partition partitions[MENU_MAX_PARTITIONS];
    bool configured = false;

    partitions_read(root, menu, partitions);
    for (size_t i = 0; i < ELEMENTS(partitions); i++) {
        const struct partition *partition = &partitions[i];
        size_t before = menu->n;

        if (partition->role == PARTITION_NONE || !is_new(root, menu, partition->directory))
            continue;
        read_partition(root, menu, partition->directory);
        if (partition->role == PARTITION_UNSURE && menu->n > before)
            menu_give_up(menu,
                         format("%s has boot entries, and nothing tells whether its partition "
                                "has the type of XBOOTLDR, so that systemd-boot reads it",
                                partition->directory));
        if (partition->role == PARTITION_ESP && !configured)
            configured = systemd_boot_read_config(root, menu, partition->directory);
    }
    if (menu->n > 1)
        qsort(menu->entries, menu->n, sizeof(*menu->entries), compare);
    systemd_boot_read_variables(root, menu);
}

static void give_entry(const struct bls_entry *entry, struct boot_entries *entries)
{
    const char *title = entry->title ? entry->title : entry->id;
    struct boot_entry *added;

    if (entry->problem) {
        boot_entries_add_unbootable(entries, entry->id, title, entry->problem, entry->source);
        return;
    }
    added = boot_entries_add(entries, entry->id, title, entry->linux_path, entry->initrds,
                             entry->n_initrds, entry->options ? entry->options : "", entry->source);
    added->uki = entry->uki;
    added->profile = entry->profile;
}

static void give_entries(struct menu *menu, struct boot_entries *entries)
{
    size_t chosen = menu_choose(menu, &entries->chosen_reason);

    for (size_t i = 0; i < menu->n; i++)
        give_entry(&menu->entries[i], entries);
    entries->chosen = menu->problem ? entries->n : chosen;
    entries->problem = steal(&menu->problem);
}

/* Strings that the boot loader and the stub add to the content of files. */
static void check_smbios(int root, struct menu *menu, struct boot_entries *entries)
{
    int r = smbios_adds_to_boot(root);

    if (r > 0)
        menu_give_up(menu, xstrdup("strings in the SMBIOS of this machine (io.systemd.…) add to "
                                   "the boot entries"));
    if (r >= 0)
        return;
    entries->problem_error = -r;
    menu_give_up(menu, format("/" SMBIOS_TABLES ": %s", strerror(-r)));
}

/* systemd-boot's version; 0 if another boot loader is in use, or it is not known; or a negative
 * errno. */
static int read_version(int root)
{
    AUTOFREE char *info = NULL;
    const char *version;
    int r = efivar_read_text(root, "LoaderInfo-" EFI_GUID_LOADER, &info);

    if (r <= 0)
        return r;
    version = after_prefix(info, "systemd-boot ");
    return version ? atoi(version) : 0;
}

static int systemd_boot_read(int root, const struct running *running, struct boot_entries *entries)
{
    CLEANUP(menu_clear) struct menu menu = {.version = read_version(root)};

    (void)running; /* every entry has its own command line */
    if (menu.version == 0)
        return 0;
    if (menu.version < 0)
        menu_give_up(&menu, format("LoaderInfo: %s", strerror(-menu.version)));
    else if (menu.version < FIRST_VERSION)
        menu_give_up(&menu, format("systemd-boot %d is older than %d and sorts its entries "
                                   "differently",
                                   menu.version, FIRST_VERSION));
    read_menu(root, &menu);
    if (!menu.problem)
        check_smbios(root, &menu, entries);
    give_entries(&menu, entries);
    return 1;
}

const struct loader loader_systemd_boot = {.name = "systemd-boot", .read = systemd_boot_read};
