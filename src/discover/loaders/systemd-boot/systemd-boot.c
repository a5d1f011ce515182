/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* systemd-boot: the entries of the Boot Loader Specification on the EFI partition and XBOOTLDR, of
 * both types, and its default. Only where the loader says in LoaderInfo that it is the one that
 * runs here. */

#include <errno.h>

#include "base/efivar.h"
#include "base/mounts.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/kernel/uki.h"
#include "discover/loaders/bls/uki-entry.h"
#include "discover/loaders/loader.h"
#include "discover/loaders/systemd-boot/config.h"
#include "discover/loaders/systemd-boot/menu.h"
#include "discover/loaders/systemd-boot/smbios.h"

enum {
    MAX_ENTRIES = 128, /* in one directory */
    /* From here on the first entry that matches is taken, and it is sorted as we do. */
    FIRST_VERSION = 250,
    FIRST_WITH_PROFILES = 257,
};

/* Where the two partitions are mounted. */
static const char *const DIRECTORIES[MENU_MAX_PARTITIONS] = {"/efi", "/boot/efi", "/boot"};

static int is_entry(const char *name)
{
    return name[0] != '.' && loader_name_ends(name, ".conf") && strncasecmp(name, "auto-", 5) != 0;
}

static int is_uki(const char *name)
{
    return name[0] != '.' && loader_name_ends(name, ".efi") && strncasecmp(name, "auto-", 5) != 0;
}

/* Room for one more, which counts when menu->n is raised. */
static struct bls_entry *next_entry(struct menu *menu)
{
    struct bls_entry *more = reallocarray(menu->entries, menu->n + 1, sizeof(*more));

    if (more)
        menu->entries = more;
    return more ? &more[menu->n] : NULL;
}

/* Keeps the entry that was read with `r`, unless the loader passes over it. 1 when it is kept. */
static int keep_entry(struct menu *menu, struct bls_entry *entry, int r)
{
    if (r >= 0) {
        menu->n++;
        return 1;
    }
    if (r != -EBADMSG && r != -ENOMEM && r != -ENOENT)
        r = menu_give_up(menu, format("%s: %s", entry->source ? entry->source : "?", strerror(-r)));
    bls_entry_clear(entry);
    return r == -ENOMEM ? r : 0;
}

static int add_entry(int root, struct menu *menu, const char *directory, const char *name)
{
    struct bls_entry *entry = next_entry(menu);
    int r = entry ? bls_entry_read(root, directory, name, entry) : -ENOMEM;

    if (!entry)
        return r;
    if (r >= 0)
        r = uki_entry_settle(root, menu->version, entry);
    return keep_entry(menu, entry, r);
}

/* Old versions leave the rest out behind a profile without a command line. */
static int doubt_profile(const struct menu *menu, struct bls_entry *entry)
{
    const struct bls_entry *before = menu->n > 0 ? entry - 1 : NULL;

    if (entry->problem || entry->profile == 0 || (before && before->options))
        return 0;
    entry->problem = strdup("systemd-boot may not show it: the profile before has no command line");
    return entry->problem ? 0 : -ENOMEM;
}

/* An image, with an entry for each of its profiles. */
static int add_image(int root, struct menu *menu, const char *directory, const char *name)
{
    unsigned max = menu->version < FIRST_WITH_PROFILES ? 1 : UKI_MAX_PROFILES;

    for (unsigned profile = 0; profile < max; profile++) {
        struct bls_entry *entry = next_entry(menu);
        int r = entry ? uki_entry_read(root, directory, name, profile, entry) : -ENOMEM;
        bool end = r == -ENOENT;

        if (!entry)
            return r;
        if (r >= 0 && profile > 0)
            r = doubt_profile(menu, entry);
        r = keep_entry(menu, entry, r);
        if (r < 0 || end)
            return r;
    }
    return 0;
}

/* The names in a directory of a partition: their number, 0 also where there is no such directory.
 */
static int list_names(int root, struct menu *menu, const char *path, int (*wanted)(const char *),
                      char ***ret_names)
{
    int r = root_names(root, path, wanted, MAX_ENTRIES, ret_names);

    if (r >= 0 || r == -ENOMEM)
        return r;
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    return menu_give_up(menu, format("%s: %s", path, strerror(-r)));
}

/* Whether a partition is mounted at `path`, from its root on: what else lies in such a directory is
 * out of the loader's sight. Where nothing is known of mounts it is taken for one. */
static int is_mounted(int root, const char *path)
{
    AUTOFREE char *point = format("/%s", path);
    const struct mount_point *mount;
    struct mount_point *mounts;
    size_t n;
    int r = mounts_read(root, MOUNTS_OF_SELF, &mounts, &n);

    if (r >= 0 && !point)
        r = -ENOMEM;
    if (r >= 0) {
        mount = mounts_at(mounts, n, point);
        r = n == 0 || (mount && streq(mount->root, "/"));
    }
    mounts_free(mounts, n);
    return r;
}

/* 1 when there is no partition, or it was read already, mounted at another place. */
static int is_known(int root, struct menu *menu, const char *directory)
{
    AUTOFREE char *path = NULL;
    struct stat st;
    int r = root_resolve(root, directory, &path, &st, NULL);

    if (r < 0)
        return r == -ENOMEM ? r : 1; /* not there: nothing to read */
    r = is_mounted(root, path);
    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        r = menu_give_up(menu, format("/" MOUNTS_OF_SELF ": %s", strerror(-r)));
        return r < 0 ? r : 1;
    }
    if (r == 0)
        return 1;
    for (size_t i = 0; i < menu->n_known; i++)
        if (menu->known[i].st_dev == st.st_dev && menu->known[i].st_ino == st.st_ino)
            return 1;
    menu->known[menu->n_known++] = st;
    return 0;
}

static int read_partition(int root, struct menu *menu, const char *directory)
{
    AUTOFREE char *entries = format("%s/loader/entries", directory);
    AUTOFREE char *images = format("%s/EFI/Linux", directory);
    CLEANUP(names_freep) char **names = NULL, **ukis = NULL;
    int r;

    if (!entries || !images)
        return -ENOMEM;
    r = list_names(root, menu, entries, is_entry, &names);
    for (char **name = names; r >= 0 && name && *name; name++)
        r = add_entry(root, menu, directory, *name);
    if (r >= 0)
        r = list_names(root, menu, images, is_uki, &ukis);
    for (char **name = ukis; r >= 0 && name && *name; name++)
        r = add_image(root, menu, directory, *name);
    return r < 0 ? r : 0;
}

static int compare(const void *a, const void *b)
{
    return bls_entry_compare(a, b);
}

static int read_menu(int root, struct menu *menu)
{
    bool configured = false;
    int r;

    for (size_t i = 0; i < ELEMENTS(DIRECTORIES); i++) {
        r = is_known(root, menu, DIRECTORIES[i]);
        if (r > 0)
            continue;
        if (r >= 0)
            r = read_partition(root, menu, DIRECTORIES[i]);
        if (r >= 0 && !configured)
            r = systemd_boot_read_config(root, menu, DIRECTORIES[i]);
        if (r < 0)
            return r;
        configured = configured || r > 0;
    }
    if (menu->n > 1)
        qsort(menu->entries, menu->n, sizeof(*menu->entries), compare);
    return systemd_boot_read_variables(root, menu);
}

static int give_entry(const struct bls_entry *entry, struct boot_entries *entries)
{
    const char *title = entry->title ? entry->title : entry->id;
    struct boot_entry *added;

    if (entry->problem) {
        boot_entries_add_unbootable(entries, entry->id, title, entry->problem, entry->source);
        return 0;
    }
    added = boot_entries_add(entries, entry->id, title, entry->linux_path, entry->initrds,
                             entry->n_initrds, entry->options ? entry->options : "", entry->source);
    added->uki = entry->uki;
    added->profile = entry->profile;
    return 0;
}

static int give_entries(struct menu *menu, struct boot_entries *entries)
{
    size_t chosen = 0;
    int r = menu_choose(menu, &chosen, &entries->chosen_reason);

    for (size_t i = 0; r >= 0 && i < menu->n; i++)
        r = give_entry(&menu->entries[i], entries);
    if (r < 0)
        return r;
    entries->chosen = menu->problem ? entries->n : chosen;
    entries->problem = steal(&menu->problem);
    return 1;
}

/* Its version, or 0 when the loader that runs here is another one, or none that says so. */
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

/* Strings of the machine's by which the loader and the stub add to what the files say. */
static int check_smbios(int root, struct menu *menu, struct boot_entries *entries)
{
    int r = smbios_adds_to_boot(root);

    if (r == 0 || r == -ENOMEM)
        return r;
    if (r > 0)
        return menu_give_up(menu,
                            format("strings in the SMBIOS of this machine (io.systemd.…) add to "
                                   "the boot entries"));
    entries->problem_error = -r;
    return menu_give_up(menu, format("/" SMBIOS_TABLES ": %s", strerror(-r)));
}

static int systemd_boot_read(int root, const char *cmdline, struct boot_entries *entries)
{
    CLEANUP(menu_clear) struct menu menu = {0};
    int version = read_version(root), r = 0;

    (void)cmdline; /* every entry has its own */
    if (version == -ENOMEM || version == 0)
        return version;
    menu.version = version;
    if (version < 0)
        r = menu_give_up(&menu, format("LoaderInfo: %s", strerror(-version)));
    else if (version < FIRST_VERSION)
        r = menu_give_up(&menu, format("systemd-boot %d is older than %d and orders its entries in "
                                       "another way",
                                       version, FIRST_VERSION));
    if (r >= 0)
        r = read_menu(root, &menu);
    if (r >= 0 && !menu.problem)
        r = check_smbios(root, &menu, entries);
    return r < 0 ? r : give_entries(&menu, entries);
}

const struct loader loader_systemd_boot = {.name = "systemd-boot", .read = systemd_boot_read};
