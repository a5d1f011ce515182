/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/script/paths.h"

#include <ctype.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/root.h"
#include "discover/loaders/grub/script/variables.h"
#include "discover/loaders/grub/script/zfs.h"

enum {
    MAX_BTRFS = 256, /* file systems */
    MAX_DEVICES = 4096,
    MAX_UDEV_DATA = 64 * 1024,
};

void grub_paths_clear(struct grub_paths *paths)
{
    mounts_free(paths->mounts, paths->n);
    free(paths->directory);
    free(paths->inside);
    free(paths->pool);
    free(paths->base);
    *paths = (struct grub_paths){0};
}

/* The rest of `path` after the directory `start`, with its slash; NULL if it is not in there. */
static const char *below(const char *path, const char *start)
{
    const char *rest = after_prefix(path, streq(start, "/") ? "" : start);

    return rest && (*rest == '/' || *rest == 0) ? rest : NULL;
}

static char *join(const char *start, const char *rest)
{
    return format("%s%s", streq(start, "/") ? "" : start, *rest ? rest : "/");
}

int grub_paths_read(int root, const char *directory, struct grub_paths *ret_paths)
{
    const struct mount_point *home;
    AUTOFREE char *resolved = NULL, *full = NULL;
    int r;

    *ret_paths = (struct grub_paths){.root = root, .directory = xstrdup(directory)};
    r = root_resolve(root, directory, &resolved, NULL, NULL);
    if (r >= 0)
        r = mounts_read(root, MOUNTS_OF_SELF, &ret_paths->mounts, &ret_paths->n);
    if (r < 0)
        return r;
    full = format("/%s", resolved);
    home = mounts_of(ret_paths->mounts, ret_paths->n, full);
    if (ret_paths->n > 0 && !home)
        return -EBADMSG;
    ret_paths->home = home;
    ret_paths->device = home ? home->device : NULL;
    ret_paths->inside = home ? join(home->root, below(full, home->point)) : xstrdup(directory);
    if (home && streq(home->type, "zfs")) {
        set_text(&ret_paths->inside, grub_dataset_path(home, ret_paths->inside));
        ret_paths->pool = grub_pool_of(home);
    }
    return 0;
}

void grub_paths_start_at(struct grub_paths *paths, const struct mount_point *home)
{
    const char *rest = below(paths->inside, home->root);

    paths->base = xstrdup(home->root);
    if (rest)
        set_text(&paths->inside, join("/", rest));
}

static int unknown(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return -ECANCELED;
}

/* Without mounts: the path as it is, or below /boot, whichever exists. */
static int map_by_existence(const struct grub_paths *paths, const char *name, char **ret_path,
                            char **ret_problem)
{
    AUTOFREE char *boot = format("/boot%s", name);
    const char *rest = below(name, paths->inside);
    int here, there;

    if (rest) { /* GRUB's own files */
        *ret_path = join(paths->directory, rest);
        return 0;
    }
    here = root_exists(paths->root, name);
    there = root_exists(paths->root, boot);
    if (here < 0 || there < 0 || (here && there))
        return unknown(ret_problem, format("%s: which file system it is on is not known", name));
    if (!here && !there) {
        *ret_problem = format("neither %s nor %s exists", name, boot);
        return -ENOENT;
    }
    *ret_path = here ? xstrdup(name) : steal(&boot);
    return 0;
}

/* Whether both devices, named as in /sys/class/block, belong to the same btrfs. mountinfo names one
 * of its disks, and a udev link may point to another. */
static bool are_of_one_btrfs(int root, const char *a, const char *b)
{
    static const char BTRFS[] = "sys/fs/btrfs";
    CLEANUP(names_freep) char **file_systems = NULL;
    int n = root_names(root, BTRFS, NULL, MAX_BTRFS, &file_systems);

    for (int i = 0; i < n; i++) {
        AUTOFREE char *one = format("%s/%s/devices/%s", BTRFS, file_systems[i], a);
        AUTOFREE char *other = format("%s/%s/devices/%s", BTRFS, file_systems[i], b);

        if (root_exists(root, one) == 1 && root_exists(root, other) == 1)
            return true;
    }
    return false;
}

/* Whether the block device at `path`, a udev link, is what is mounted there. */
static bool is_device_of(const struct grub_paths *paths, const char *path,
                         const struct mount_point *mount)
{
    AUTOFREE char *target = NULL, *source = NULL, *number = NULL;
    struct stat st;

    if (root_resolve(paths->root, path, &target, &st, NULL) < 0)
        return false;
    number = format("%u:%u", major(st.st_rdev), minor(st.st_rdev));
    if (S_ISBLK(st.st_mode) && streq(number, mount->device))
        return true;
    if (mount->source[0] != '/' ||
        root_resolve(paths->root, mount->source, &source, NULL, NULL) < 0)
        return false;
    return streq(target, source) ||
           (streq(mount->type, "btrfs") &&
            are_of_one_btrfs(paths->root, basename(target), basename(source)));
}

/* The device in mountinfo that holds the file system with this UUID or label. If udev's links are
 * missing, *ret_device is NULL, and GRUB's own device is assumed. */
static int find_device(const struct grub_paths *paths, char kind, const char *key,
                       const char **ret_device, char **ret_problem)
{
    const char *name = kind == 'u' ? "UUID" : "label";
    AUTOFREE char *link = format("dev/disk/%s/%s", kind == 'u' ? "by-uuid" : "by-label", key);

    *ret_device = NULL;
    if (root_exists(paths->root, "dev/disk") == 0)
        return 0;
    if (root_exists(paths->root, link) != 1)
        return unknown(ret_problem, format("no file system has the %s %s", name, key));
    for (size_t i = 0; i < paths->n; i++)
        if (is_device_of(paths, link, &paths->mounts[i])) {
            *ret_device = paths->mounts[i].device;
            return 0;
        }
    return unknown(ret_problem, format("the file system with the %s %s is not mounted", name, key));
}

/* Whether what is mounted at `path` is the part of the file system that has the name `inside`. */
static bool shows(const struct mount_point *mount, const char *path, const char *inside)
{
    AUTOFREE char *name = join(mount->root, below(path, mount->point));

    return streq(name, inside);
}

/* A link must stay on the file system, and GRUB must follow it to the same file. `inside` is the
 * path in the file system. 1 where another subvolume is mounted: SUSE's GRUB may enter that. */
static int check_links(const struct grub_paths *paths, const char *device, const char *path,
                       const char *inside, char **ret_problem)
{
    const struct mount_point *mount = mounts_of(paths->mounts, paths->n, path);
    AUTOFREE char *resolved = NULL, *full = NULL, *target = NULL;

    if (!mount || !streq(mount->device, device))
        return unknown(ret_problem, format("%s: another file system is mounted over it", path));
    if (!shows(mount, path, inside)) {
        *ret_problem = format("%s: another part of its file system is mounted over it", path);
        return paths->base ? 1 : -ECANCELED;
    }
    if (root_resolve(paths->root, path, &resolved, NULL, NULL) < 0)
        return 0;
    full = format("/%s", resolved);
    mount = mounts_of(paths->mounts, paths->n, full);
    if (!mount || !streq(mount->device, device))
        return unknown(ret_problem, format("%s: a link to another file system", path));
    if (!streq(mount->point, "/") && root_readlink(paths->root, path, &target) >= 0 &&
        *target == '/')
        return unknown(ret_problem,
                       format("%s: an absolute link, which GRUB follows to another file", path));
    return 0;
}

static int map_by_mounts(const struct grub_paths *paths, const char *device, const char *name,
                         char **ret_path, char **ret_problem)
{
    const struct mount_point *best = NULL;
    AUTOFREE char *path = NULL;
    int r;

    for (size_t i = 0; i < paths->n; i++) {
        const struct mount_point *mount = &paths->mounts[i];

        if (streq(mount->device, device) && below(name, mount->root) &&
            (!best || strlen(mount->root) > strlen(best->root)))
            best = mount;
    }
    if (!best)
        return unknown(ret_problem,
                       format("%s: this part of its file system is not mounted", name));
    path = join(best->point, below(name, best->root));
    r = check_links(paths, device, path, name, ret_problem);
    if (r >= 0)
        *ret_path = steal(&path);
    return r;
}

/* The same for what GRUB calls "/DATASET@/path". */
static int map_in_pool(const struct grub_paths *paths, const char *pool, const char *name,
                       char **ret_path, char **ret_problem)
{
    const char *rest;
    const struct mount_point *mount = grub_dataset(paths->mounts, paths->n, pool, name, &rest);
    AUTOFREE char *path = mount ? join(mount->point, rest) : NULL;
    int r;

    if (!mount)
        return unknown(
            ret_problem,
            format("%s: no dataset of pool %s that is mounted has this file", name, pool));
    r = check_links(paths, mount->device, path, rest, ret_problem);
    if (r >= 0)
        *ret_path = steal(&path);
    return r;
}

static int is_array(const char *name)
{
    return after_prefix(name, "md") != NULL;
}

static int is_block_device(const char *name)
{
    return name[0] == 'b';
}

/* Whether a disk here may belong to an array that GRUB assembles. */
static bool may_have_arrays(int root)
{
    static const char MEMBER[] = "E:ID_FS_TYPE=linux_raid_member\n";
    CLEANUP(names_freep) char **arrays = NULL, **devices = NULL;
    int n = root_names(root, "sys/class/block", is_array, MAX_DEVICES, &arrays);
    int m = root_names(root, "run/udev/data", is_block_device, MAX_DEVICES, &devices);
    bool found = n > 0 || (n < 0 && n != -ENOENT) || (m < 0 && m != -ENOENT);

    for (int i = 0; i < m && !found; i++) {
        AUTOFREE char *path = format("run/udev/data/%s", devices[i]), *data = NULL;

        found = root_read(root, path, MAX_UDEV_DATA, &data, NULL) < 0 || strstr(data, MEMBER);
    }
    return found;
}

/* Splits "(device)/path"; without a device the result is `device`. */
static char *split(const char *device, const char *name, const char **ret_path)
{
    const char *end = *name == '(' ? strchr(name, ')') : NULL;

    *ret_path = end ? end + 1 : name;
    return end ? xstrndup(name + 1, (size_t)(end - name - 1)) : xstrdup(device);
}

int grub_paths_map(const struct grub_paths *paths, const char *device, const char *name,
                   char **ret_path, char **ret_problem)
{
    const char *path, *number = paths->device;
    AUTOFREE char *on = split(device, name, &path), *why = grub_why_unknown(on), *pool = NULL,
                  *based = NULL;

    if (!why)
        why = grub_why_unknown(path);
    if (why)
        return unknown(ret_problem, steal(&why));
    if (*path != '/' || grub_has_mark(path) || strstr(path, "/../"))
        return unknown(ret_problem, format("%s: not a path that GRUB and Linux read alike", path));
    if (after_prefix(on, "md/") && !may_have_arrays(paths->root)) {
        *ret_problem = format("%s: this machine has no disk array", path);
        return -ENOENT;
    }
    if (on[0] != GRUB_MARK || strcspn(on, "\002") + 1 != strlen(on))
        return unknown(ret_problem, format("%s: only GRUB knows which device (%s) is", path,
                                           grub_has_mark(on) ? "?" : on));
    on[strlen(on) - 1] = 0;
    if (paths->n > 0 && on[1] == 'u')
        pool = grub_pool_name(paths->root, on + 2, &why);
    else if (paths->n > 0 && on[1] == 'h')
        pool = xstrdup(paths->pool);
    if (why)
        return unknown(ret_problem, steal(&why));
    if (pool)
        return map_in_pool(paths, pool, path, ret_path, ret_problem);
    if (on[1] != 'h' && paths->n > 0) {
        const char *found;
        int r;

        r = find_device(paths, on[1], on + 2, &found, ret_problem);
        if (r < 0)
            return r;
        number = found ? found : number;
    }
    if (paths->base && streq(number, paths->device))
        based = join(paths->base, path);
    return paths->n > 0 ? map_by_mounts(paths, number, based ? based : path, ret_path, ret_problem)
                        : map_by_existence(paths, path, ret_path, ret_problem);
}
