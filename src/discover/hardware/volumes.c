/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/volumes.h"

#include <errno.h>

#include "base/mounts.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_DEVICES = 4096, /* looked at in all, so that no loop is without end */
    MAX_NAMES = 4096,
};

#define BLOCK_DIR "sys/class/block"

/* A walk from file systems down to disks. */
struct walk {
    int root;
    char *seen[MAX_DEVICES]; /* names below BLOCK_DIR; those still to look at are behind `next` */
    size_t n;
    size_t next;
    bool all; /* a file system does not say on which devices it is */
    struct volume *volumes;
    size_t n_volumes;
};

static void walk_clear(struct walk **walk)
{
    for (size_t i = 0; *walk && i < (*walk)->n; i++)
        free((*walk)->seen[i]);
    free(*walk);
}

static void volume_clear(struct volume *volume)
{
    free(volume->block);
    free(volume->name);
    free(volume->kind);
    free(volume->uuid);
    free(volume->device);
}

void volumes_free(struct volume *volumes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        volume_clear(&volumes[i]);
    free(volumes);
}

static int any_name(const char *name)
{
    return name[0] != '.';
}

static int walk_add(struct walk *walk, const char *name)
{
    for (size_t i = 0; i < walk->n; i++)
        if (streq(walk->seen[i], name))
            return 0;
    if (walk->n == MAX_DEVICES)
        return -E2BIG;
    walk->seen[walk->n] = strdup(name);
    return walk->seen[walk->n++] ? 0 : -ENOMEM;
}

/* Adds every name in the directory; none there is nothing to add. Gives their number. */
static int walk_add_names(struct walk *walk, const char *directory)
{
    CLEANUP(names_freep) char **names = NULL;
    int n = root_names(walk->root, directory, any_name, MAX_NAMES, &names), r = 0;

    if (n == -ENOENT || n == -ENOTDIR)
        return 0;
    for (int i = 0; r >= 0 && i < n; i++)
        r = walk_add(walk, names[i]);
    return r < 0 ? r : n;
}

/* The name below BLOCK_DIR of what `path` leads to, such as a link of udev's: 1, or 0 when it is
 * none. */
static int block_name(int root, const char *path, char **ret_name)
{
    AUTOFREE char *resolved = NULL, *directory = NULL, *name = NULL;
    const char *slash;
    int r = root_resolve(root, path, &resolved, NULL, NULL);

    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (r < 0)
        return r;
    slash = strrchr(resolved, '/');
    name = strdup(slash ? slash + 1 : resolved);
    directory = name ? format(BLOCK_DIR "/%s", name) : NULL;
    r = directory && *name ? root_exists(root, directory) : directory ? 0 : -ENOMEM;
    if (r > 0)
        *ret_name = steal(&name);
    return r;
}

/* All devices of the btrfs that `name` is one of. */
static int add_btrfs(struct walk *walk, const char *name)
{
    CLEANUP(names_freep) char **systems = NULL;
    int r = root_names(walk->root, "sys/fs/btrfs", any_name, MAX_NAMES, &systems);

    if (r == -ENOENT)
        return 0;
    for (char **system = systems; r >= 0 && *system; system++) {
        AUTOFREE char *devices = format("sys/fs/btrfs/%s/devices", *system);
        AUTOFREE char *device = devices ? format("%s/%s", devices, name) : NULL;

        r = device ? root_exists(walk->root, device) : -ENOMEM;
        if (r > 0)
            r = walk_add_names(walk, devices);
    }
    return r < 0 ? r : 0;
}

static int add_mount(struct walk *walk, const struct mount_point *mount)
{
    AUTOFREE char *number = format("sys/dev/block/%s", mount->device), *name = NULL;
    int r = number ? block_name(walk->root, number, &name) : -ENOMEM;

    /* btrfs and the like have a number of their own, and a device as their source. */
    if (r == 0 && after_prefix(mount->source, "/dev/"))
        r = block_name(walk->root, mount->source, &name);
    if (r == 0)
        walk->all = true;
    if (r <= 0)
        return r;
    r = walk_add(walk, name);
    return r >= 0 && streq(mount->type, "btrfs") ? add_btrfs(walk, name) : r;
}

static int add_file_systems(struct walk *walk)
{
    struct mount_point *mounts;
    const struct mount_point *top, *usr;
    size_t n;
    int r = mounts_read(walk->root, MOUNTS_OF_SELF, &mounts, &n);

    if (r >= 0) {
        top = mounts_at(mounts, n, "/");
        usr = mounts_at(mounts, n, "/usr");
        if (top)
            r = add_mount(walk, top);
        else
            walk->all = true;
        if (r >= 0 && usr)
            r = add_mount(walk, usr);
    }
    mounts_free(mounts, n);
    return r;
}

/* "CRYPT-LUKS2-0123456789abcdef0123456789abcdef-cryptroot" */
static int take_uuid(struct volume *volume, const char *text)
{
    const char *dash = strchr(text, '-'), *uuid = dash ? dash + 1 : "";

    volume->kind = dash ? strndup(text, (size_t)(dash - text)) : strdup(text);
    volume->uuid =
        strspn(uuid, "0123456789abcdefABCDEF") == 32 && (!uuid[32] || uuid[32] == '-')
            ? format("%.8s-%.4s-%.4s-%.4s-%.12s", uuid, uuid + 8, uuid + 12, uuid + 16, uuid + 20)
            : strdup("");
    return volume->kind && volume->uuid ? 0 : -ENOMEM;
}

/* What the device is for the device mapper, in *ret_text: 1, or 0 when that is not its own. */
static int dm_attribute(int root, const char *block, const char *attribute, char **ret_text)
{
    AUTOFREE char *path = format(BLOCK_DIR "/%s/dm/%s", block, attribute);
    int r = path ? root_read_line(root, path, 1024, ret_text) : -ENOMEM;

    return r == -ENOENT || r == -ENOTDIR ? 0 : r < 0 ? r : 1;
}

/* A device that only helps another volume's, as for its checksums: it has no key of its own. */
static bool is_helper(const char *uuid)
{
    return after_prefix(uuid, "CRYPT-INTEGRITY") || after_prefix(uuid, "CRYPT-SUBDEV");
}

/* The device that the volume is on, below its helpers: where its header is. */
static int find_device(int root, const char *block, unsigned depth, char **ret_device)
{
    AUTOFREE char *directory = format(BLOCK_DIR "/%s/slaves", block), *uuid = NULL;
    CLEANUP(names_freep) char **names = NULL;
    int r = directory ? root_names(root, directory, any_name, MAX_NAMES, &names) : -ENOMEM;

    if (r == -ENOENT || (r >= 0 && r != 1))
        return 0;
    if (r >= 0)
        r = dm_attribute(root, names[0], "uuid", &uuid);
    if (r < 0)
        return r;
    if (r > 0 && is_helper(uuid) && depth > 0)
        return find_device(root, names[0], depth - 1, ret_device);
    *ret_device = strdup(names[0]);
    for (char *sign = *ret_device; sign && *sign; sign++)
        if (*sign == '!') /* as sysfs writes a slash: "cciss!c0d0p1" */
            *sign = '/';
    return *ret_device ? 0 : -ENOMEM;
}

static int add_volume(struct walk *walk, const char *block, const char *uuid)
{
    struct volume *more, volume = {.block = strdup(block)};
    int r = volume.block ? take_uuid(&volume, uuid) : -ENOMEM;

    if (r >= 0)
        r = dm_attribute(walk->root, block, "name", &volume.name);
    if (r == 0)
        r = (volume.name = strdup(block)) ? 0 : -ENOMEM;
    if (r >= 0)
        r = find_device(walk->root, block, 2, &volume.device);
    more = r < 0 ? NULL : reallocarray(walk->volumes, walk->n_volumes + 1, sizeof(*more));
    if (!more) {
        volume_clear(&volume);
        return r < 0 ? r : -ENOMEM;
    }
    walk->volumes = more;
    more[walk->n_volumes++] = volume;
    return 0;
}

/* A partition's disk, which may be on other devices itself. */
static int add_disk(struct walk *walk, const char *block)
{
    AUTOFREE char *link = format(BLOCK_DIR "/%s", block), *mark = format("%s/partition", link);
    AUTOFREE char *directory = NULL, *name = NULL;
    char *slash;
    int r = link && mark ? root_exists(walk->root, mark) : -ENOMEM;

    if (r > 0)
        r = root_resolve(walk->root, link, &directory, NULL, NULL);
    slash = r < 0 || !directory ? NULL : strrchr(directory, '/');
    if (!slash)
        return r < 0 ? r : 0;
    *slash = 0;
    r = block_name(walk->root, directory, &name);
    return r > 0 ? walk_add(walk, name) : r;
}

static int look_at(struct walk *walk, const char *block)
{
    AUTOFREE char *uuid = NULL, *slaves = format(BLOCK_DIR "/%s/slaves", block),
                  *backing = format(BLOCK_DIR "/%s/loop", block);
    int r = slaves && backing ? dm_attribute(walk->root, block, "uuid", &uuid) : -ENOMEM;

    if (r > 0 && after_prefix(uuid, "CRYPT-") && !is_helper(uuid))
        r = add_volume(walk, block, uuid + strlen("CRYPT-"));
    if (r >= 0)
        r = walk_add_names(walk, slaves);
    if (r >= 0)
        r = add_disk(walk, block);
    if (r >= 0)
        r = root_exists(walk->root, backing);
    if (r > 0) /* on a file, and where that is is not looked for */
        walk->all = true;
    return r < 0 ? r : 0;
}

static int look_at_all(struct walk *walk)
{
    int r = 0;

    while (r >= 0 && (walk->next < walk->n || walk->all)) {
        if (walk->next < walk->n) {
            r = look_at(walk, walk->seen[walk->next++]);
        } else {
            r = walk_add_names(walk, BLOCK_DIR);
            walk->all = false;
        }
    }
    return r < 0 ? r : 0;
}

int volumes_of_root(int root, struct volume **ret_volumes, size_t *ret_n)
{
    CLEANUP(walk_clear) struct walk *walk = calloc(1, sizeof(*walk));
    int r;

    *ret_volumes = NULL;
    *ret_n = 0;
    if (!walk)
        return -ENOMEM;
    walk->root = root;
    r = add_file_systems(walk);
    if (r >= 0)
        r = look_at_all(walk);
    *ret_volumes = walk->volumes;
    *ret_n = walk->n_volumes;
    return r;
}
