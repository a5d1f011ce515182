/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Disks, and the file systems that fstab has on them. */

#include <errno.h>
#include <inttypes.h>

#include "base/mounts.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/hardware/inventory.h"

enum {
    SECTOR = 512, /* of `size` in sysfs, whatever the disk's own is */
    MAX_BY_ID = 8192,
    MAX_FSTAB = 256 * 1024,
};

static const char BY_ID[] = "dev/disk/by-id";

/* Disks */

/* Made by software or without a medium of their own; what has no device behind it, as loop, zram
 * and dm, is left out anyway. */
static bool is_no_disk(const char *name)
{
    static const char *const PREFIXES[] = {"sr", "fd", "rbd", "nbd", "mtdblock", "loop", "ram"};

    for (size_t i = 0; i < ELEMENTS(PREFIXES); i++)
        if (after_prefix(name, PREFIXES[i]))
            return true;
    return false;
}

/* What is on the way to a device that comes and goes: a USB port, or a network that it is reached
 * over by iSCSI, Fibre Channel or NVMe. */
static bool is_loose(const char *target)
{
    static const char *const WAYS[] = {"/usb", "/session", "/rport-", "/nvme-fabrics/"};

    for (size_t i = 0; target && i < ELEMENTS(WAYS); i++)
        if (strstr(target, WAYS[i]))
            return true;
    return false;
}

/* What the disk says of itself. It stays the same wherever it is plugged in. */
static int read_id(int root, const char *directory, char **ret_id)
{
    static const char *const FILES[] = {"wwid",          "device/wwid", "serial",
                                        "device/serial", "device/cid",  "md/uuid"};
    int r = 0;

    for (size_t i = 0; r >= 0 && !*ret_id && i < ELEMENTS(FILES); i++)
        r = inventory_line(root, directory, FILES[i], ret_id);
    return r;
}

static int is_good_name(const char *name)
{
    return name[0] != '.' && !after_prefix(name, "wwn-") && !after_prefix(name, "lvm-") &&
           !after_prefix(name, "dm-");
}

/* The first of the links that udev makes to the disk: "ata-", "md-", "nvme-", "scsi-". */
static int read_name(int root, const char *name, char **ret_name)
{
    CLEANUP(names_freep) char **links = NULL;
    int r = root_names(root, BY_ID, is_good_name, MAX_BY_ID, &links);

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    for (char **link = links; *link; link++) {
        AUTOFREE char *target = NULL;
        const char *slash;

        r = inventory_link(root, BY_ID, *link, &target);
        if (r < 0)
            return r;
        slash = target ? strrchr(target, '/') : NULL;
        if (!slash || !streq(slash + 1, name))
            continue;
        *ret_name = strdup(*link);
        if (!*ret_name)
            return -ENOMEM;
        inventory_clean(*ret_name);
        return 0;
    }
    return 0;
}

static int is_disk(int root, const char *directory, const char *name)
{
    long hidden;
    int r;

    if (is_no_disk(name))
        return 0;
    r = inventory_number(root, directory, "hidden", 0, &hidden); /* a path of an NVMe multipath */
    if (r < 0 || hidden)
        return r;
    return after_prefix(name, "md") ? 1 : inventory_has(root, directory, "device");
}

static int describe_disk(int root, const char *path, const char *name, long sectors,
                         struct item *item)
{
    AUTOFREE char *directory = format("%s/%s", path, name), *target = NULL;
    long removable;
    int r = directory ? inventory_link(root, path, name, &target) : -ENOMEM;

    item->size = (uint64_t)sectors * SECTOR;
    item->place = strndup(name, MAX_ITEM_TEXT);
    if (r < 0 || !item->place)
        return -ENOMEM;
    r = inventory_number(root, directory, "removable", 0, &removable);
    item->spare = removable || is_loose(target);
    if (r >= 0)
        r = read_id(root, directory, &item->id);
    if (r >= 0)
        r = inventory_line(root, directory, "device/model", &item->model);
    return r < 0 ? r : read_name(root, name, &item->name);
}

static int look_at_disk(int root, const char *path, const char *name, struct items *items)
{
    AUTOFREE char *directory = format("%s/%s", path, name);
    struct item *item;
    long sectors;
    int r = directory ? is_disk(root, directory, name) : -ENOMEM;

    if (r <= 0)
        return r;
    r = inventory_number(root, directory, "size", 0, &sectors);
    if (r < 0 || sectors <= 0) /* a card reader with no card in it */
        return r;
    if (items->n == MAX_DISKS)
        return -E2BIG;
    item = items_add(items, MAX_DISKS);
    return item ? describe_disk(root, path, name, sectors, item) : -ENOMEM;
}

int inventory_read_disks(int root, struct items *items)
{
    return inventory_walk(root, "sys/block", look_at_disk, items);
}

/* File systems */

/* The next word of *text, which ends at a blank; NULL at the end. */
static char *next_word(char **text)
{
    char *word = *text + strspn(*text, " \t");
    size_t length = strcspn(word, " \t");

    if (!length)
        return NULL;
    *text = word + length + (word[length] != 0);
    word[length] = 0;
    return word;
}

static bool has_option(const char *options, const char *option)
{
    size_t length = strlen(option);

    for (; *options; options += strcspn(options, ","), options += *options == ',')
        if (strncmp(options, option, length) == 0 && strchr(",", options[length]))
            return true;
    return false;
}

/* What fstab says of a file system. */
struct wanted {
    char *source;
    bool spare; /* the machine is up without it: nofail. Its disk may be needed all the same. */
};

/* Whether fstab has it mounted at each boot at `place`: 1, with what fstab calls it; 0, -ENOMEM. */
static int line_wants(char *line, const char *place, struct wanted *ret)
{
    const char *source = next_word(&line), *where = next_word(&line), *type = next_word(&line);
    const char *options = next_word(&line);
    AUTOFREE char *point = NULL;

    if (!source || source[0] == '#' || !where || !type)
        return 0;
    ret->source = (char *)source;
    ret->spare = options && has_option(options, "nofail");
    point = mounts_unescape(where);
    if (!point)
        return -ENOMEM;
    return streq(point, place) && (!options || (!has_option(options, "noauto") &&
                                                !has_option(options, "x-systemd.automount")));
}

/* The same for the whole file; for free(). */
static int fstab_wants(const char *fstab, const char *place, struct wanted *ret)
{
    AUTOFREE char *copy = strdup(fstab);
    char *rest;

    if (!copy)
        return -ENOMEM;
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        struct wanted wanted;
        int r = line_wants(line, place, &wanted);

        if (r < 0)
            return r;
        if (r == 0)
            continue;
        *ret = (struct wanted){.source = strdup(wanted.source), .spare = wanted.spare};
        return ret->source ? 1 : -ENOMEM;
    }
    return 0;
}

static bool is_on_disk(const char *source, const char *type)
{
    static const char *const OTHERS[] = {"loop", "ram", "zram", "sr", "fuse", "nbd", "rbd"};
    const char *name = after_prefix(source, "/dev/");

    if (!name)
        return streq(type, "zfs");
    for (size_t i = 0; i < ELEMENTS(OTHERS); i++)
        if (after_prefix(name, OTHERS[i]))
            return false;
    return true;
}

static bool is_known_mount(const struct items *items, const char *place)
{
    for (size_t i = 0; i < items->n; i++)
        if (streq(items->all[i].id, place))
            return true;
    return false;
}

static int add_mount(int root, const struct mount_point *mount, struct wanted *wanted,
                     struct items *items)
{
    AUTOFREE char *target = NULL;
    struct item *item;
    int r = inventory_link(root, "sys/dev/block", mount->device, &target);

    if (r < 0)
        return r;
    if (items->n == MAX_MOUNTS)
        return -E2BIG;
    item = items_add(items, MAX_MOUNTS);
    if (!item)
        return -ENOMEM;
    item->id = strdup(mount->point);
    if (!item->id)
        return -ENOMEM;
    item->name = steal(&wanted->source);
    item->spare = wanted->spare || is_loose(target);
    inventory_clean(item->id);
    inventory_clean(item->name);
    return 0;
}

static int look_at_mount(int root, const char *fstab, const struct mount_point *mount,
                         struct items *items)
{
    struct wanted wanted = {0};
    int r;

    if (!is_on_disk(mount->source, mount->type) || is_known_mount(items, mount->point))
        return 0;
    r = fstab_wants(fstab, mount->point, &wanted);
    if (r == 0 && streq(mount->point, "/")) {
        wanted.source = strdup(mount->source);
        r = wanted.source ? 1 : -ENOMEM;
    }
    if (r > 0)
        r = add_mount(root, mount, &wanted, items);
    free(wanted.source);
    return r;
}

int inventory_read_mounts(int root, struct items *items)
{
    AUTOFREE char *fstab = NULL;
    struct mount_point *mounts;
    size_t n;
    int r = mounts_read(root, MOUNTS_OF_PID_1, &mounts, &n);

    if (r >= 0 && n > 0) {
        r = root_read(root, "etc/fstab", MAX_FSTAB, &fstab, NULL);
        r = r == -ENOMEM ? r : 0;
        for (size_t i = 0; r >= 0 && i < n; i++)
            r = look_at_mount(root, fstab ? fstab : "", &mounts[i], items);
        items->known = r >= 0;
    }
    mounts_free(mounts, n);
    return r == -ENOMEM ? r : 0;
}
