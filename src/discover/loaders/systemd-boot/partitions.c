/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/systemd-boot/partitions.h"

#include <errno.h>

#include "base/efivar.h"
#include "base/mounts.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_UDEV_DATA = 64 * 1024,
};

static const char *const DIRECTORIES[MENU_MAX_PARTITIONS] = {"/efi", "/boot/efi", "/boot"};

struct mounts {
    struct mount_point *all;
    size_t n;
};

static void mounts_clear(struct mounts *mounts)
{
    mounts_free(mounts->all, mounts->n);
}

/* The partition whose root is mounted at a directory, or NULL. */
static const struct mount_point *find_mount(int root, const struct mounts *mounts,
                                            const char *directory)
{
    AUTOFREE char *path = NULL, *point = NULL;
    const struct mount_point *mount;

    if (root_resolve(root, directory, &path, NULL, NULL) < 0)
        return NULL;
    point = format("/%s", path);
    mount = mounts_at(mounts->all, mounts->n, point);
    return mount && streq(mount->root, "/") ? mount : NULL;
}

static char *resolved(int root, const char *path)
{
    char *result = NULL;

    return root_resolve(root, path, &result, NULL, NULL) < 0 ? xstrdup(path) : result;
}

static bool is_device(int root, const struct mount_point *mount, const char *link)
{
    AUTOFREE char *a = resolved(root, mount->source), *b = resolved(root, link);

    return streq(a, b);
}

/* The type according to udev's database, which knows the partition table. */
static enum partition_role role_by_type(int root, const struct mount_point *mount)
{
    static const char KEY[] = "\nE:ID_PART_ENTRY_TYPE=";
    static const char XBOOTLDR[] = "bc13c2ff-59e6-4262-a352-b275fd6f7172";
    AUTOFREE char *path = format("run/udev/data/b%s", mount->device), *data = NULL,
                  *untrusted = NULL;
    const char *type;

    if (root_read_trusted(root, path, MAX_UDEV_DATA, &data, NULL, &untrusted) < 0)
        return PARTITION_UNSURE;
    type = strstr(data, KEY);
    if (!type)
        return PARTITION_UNSURE;
    return after_prefix(type + sizeof(KEY) - 1, XBOOTLDR) ? PARTITION_XBOOTLDR : PARTITION_NONE;
}

/* The link to the partition that the boot loader was started from, which the caller frees; NULL if
 * it does not say. */
static char *loader_device(int root, struct menu *menu)
{
    AUTOFREE char *uuid = NULL;
    int r = efivar_read_loader_partition(root, &uuid);

    if (r < 0)
        menu_give_up(menu, format("%s: %s", EFIVAR_LOADER_PARTITION, strerror(-r)));
    if (r <= 0)
        return NULL;
    return format("/dev/disk/by-partuuid/%s", uuid);
}

/* The index of the EFI system partition, or MENU_MAX_PARTITIONS. Without a link, the first FAT. */
static size_t find_esp(int root, const struct mount_point *const *mounts, const char *link)
{
    size_t i = 0;

    while (i < MENU_MAX_PARTITIONS && !(mounts[i] && (link ? is_device(root, mounts[i], link)
                                                           : streq(mounts[i]->type, "vfat"))))
        i++;
    return i;
}

static void find_roles(int root, struct menu *menu, const struct mounts *mounts,
                       struct partition *partitions)
{
    const struct mount_point *points[MENU_MAX_PARTITIONS];
    AUTOFREE char *link = loader_device(root, menu);
    size_t esp;

    for (size_t i = 0; i < MENU_MAX_PARTITIONS; i++)
        points[i] = find_mount(root, mounts, DIRECTORIES[i]);
    esp = find_esp(root, points, link);
    if (link && esp == MENU_MAX_PARTITIONS)
        menu_give_up(menu,
                     format("the EFI system partition that systemd-boot was started from (%s) "
                            "is not mounted at /efi, /boot/efi or /boot",
                            link));
    for (size_t i = 0; i < MENU_MAX_PARTITIONS; i++) {
        bool again = points[i] && esp < i && streq(points[i]->device, points[esp]->device);

        if (i == esp)
            partitions[i].role = PARTITION_ESP;
        else if (points[i] && !again)
            partitions[i].role = role_by_type(root, points[i]);
    }
}

void partitions_read(int root, struct menu *menu, struct partition ret[MENU_MAX_PARTITIONS])
{
    CLEANUP(mounts_clear) struct mounts mounts = {0};
    int r;

    for (size_t i = 0; i < MENU_MAX_PARTITIONS; i++) {
        AUTOFREE char *inside = format("%s/loader", DIRECTORIES[i]);

        ret[i] = (struct partition){.directory = DIRECTORIES[i]};
        (void)root_exists(root, inside); /* makes an automounter mount it */
    }
    r = mounts_read(root, MOUNTS_OF_SELF, &mounts.all, &mounts.n);
    if (r < 0)
        menu_give_up(menu, format("/" MOUNTS_OF_SELF ": %s", strerror(-r)));
    else if (mounts.n > 0)
        find_roles(root, menu, &mounts, ret);
    else
        for (size_t i = 0; i < MENU_MAX_PARTITIONS; i++)
            ret[i].role = PARTITION_ESP; /* mounts are not known, as in a recorded machine */
}

bool partitions_has_place(const char *directory)
{
    for (size_t i = 0; i < ELEMENTS(DIRECTORIES); i++)
        if (streq(directory, DIRECTORIES[i]))
            return true;
    return false;
}
