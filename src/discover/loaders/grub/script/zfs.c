/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/script/zfs.h"

#include "base/root.h"
#include "base/util.h"

enum {
    MAX_POOLS = 256,
    MAX_NUMBER = 64,
    MAX_DEVICES = 4096,
    MAX_UDEV_DATA = 64 * 1024,
    GUID_DIGITS = 16,
};

/* The value of a line "NAME=VALUE", for free(); or NULL. */
static char *line_value(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    return at ? xstrndup(at + strlen(name), strcspn(at + strlen(name), "\n")) : NULL;
}

static int is_block_device(const char *name)
{
    return name[0] == 'b';
}

static bool read_member(int root, const char *device, char **ret_guid, char **ret_name)
{
    AUTOFREE char *path = format("run/udev/data/%s", device), *data = NULL;

    *ret_guid = *ret_name = NULL;
    if (root_read(root, path, MAX_UDEV_DATA, &data, NULL) < 0 ||
        !strstr(data, "\nE:ID_FS_TYPE=zfs_member\n"))
        return false;
    *ret_guid = line_value(data, "\nE:ID_FS_UUID=");
    *ret_name = line_value(data, "\nE:ID_FS_LABEL=");
    return *ret_guid && *ret_name;
}

/* What udev says of the disks here. Two pools may have one name, but only one of them can be
 * imported. */
static char *name_by_members(int root, const char *guid, char **ret_problem)
{
    CLEANUP(names_freep) char **devices = NULL;
    AUTOFREE char *found = NULL;
    bool ambiguous = false;
    int n = root_names(root, "run/udev/data", is_block_device, MAX_DEVICES, &devices);

    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < n; i++) {
            AUTOFREE char *of = NULL, *name = NULL;

            if (!read_member(root, devices[i], &of, &name))
                continue;
            if (pass == 0 && streq(of, guid) && !found)
                found = steal(&name);
            else if (found && streq(of, guid) != streq(name, found))
                ambiguous = true;
        }
    if (!ambiguous)
        return steal(&found);
    *ret_problem = format("two pools are called %s, and the kernel does not say which of them is "
                          "imported",
                          found);
    return NULL;
}

/* Newer versions of OpenZFS say it themselves. */
static char *name_by_kernel(int root, const char *guid)
{
    static const char KSTAT[] = "proc/spl/kstat/zfs";
    CLEANUP(names_freep) char **pools = NULL;
    int n = root_names(root, KSTAT, NULL, MAX_POOLS, &pools);

    for (int i = 0; i < n; i++) {
        AUTOFREE char *path = format("%s/%s/guid", KSTAT, pools[i]), *text = NULL;

        if (root_read_line(root, path, MAX_NUMBER, &text) >= 0 && streq(text, guid))
            return xstrdup(pools[i]);
    }
    return NULL;
}

char *grub_pool_name(int root, const char *guid, char **ret_problem)
{
    AUTOFREE char *decimal = NULL;
    char *name;

    *ret_problem = NULL;
    if (strlen(guid) != GUID_DIGITS || strspn(guid, "0123456789abcdef") != GUID_DIGITS)
        return NULL;
    decimal = format("%llu", strtoull(guid, NULL, 16));
    name = name_by_kernel(root, decimal);
    return name ? name : name_by_members(root, decimal, ret_problem);
}

char *grub_pool_of(const struct mount_point *mount)
{
    return xstrndup(mount->source, strcspn(mount->source, "/"));
}

const struct mount_point *grub_dataset(const struct mount_point *mounts, size_t n, const char *pool,
                                       const char *name, const char **ret_path)
{
    const char *end = strstr(name, "@/");
    AUTOFREE char *source =
        end ? format("%s%.*s", pool, end > name + 1 ? (int)(end - name) : 0, name) : NULL;

    if (!source || strchr(source, '@'))
        return NULL;
    *ret_path = end + 1;
    for (size_t i = n; i-- > 0;)
        if (streq(mounts[i].type, "zfs") && streq(mounts[i].source, source) &&
            streq(mounts[i].root, "/"))
            return &mounts[i];
    return NULL;
}

char *grub_dataset_path(const struct mount_point *mount, const char *path)
{
    const char *dataset = strchr(mount->source, '/');

    return format("%s@%s", dataset ? dataset : "/", path);
}
