/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/script/paths.h"

#include <ctype.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/root.h"
#include "discover/loaders/grub/script/variables.h"

enum {
    MAX_BTRFS = 256, /* file systems */
};

void grub_paths_clear(struct grub_paths *paths)
{
    mounts_free(paths->mounts, paths->n);
    free(paths->directory);
    free(paths->inside);
    *paths = (struct grub_paths){0};
}

/* What is left of `path` behind the directory `start`, with its slash, or NULL. */
static const char *below(const char *path, const char *start)
{
    const char *rest = after_prefix(path, streq(start, "/") ? "" : start);

    return rest && (*rest == '/' || *rest == 0) ? rest : NULL;
}

/* The mount that `path` is on: the last of those with the longest mount point. */
static const struct mount_point *mount_of(const struct grub_paths *paths, const char *path)
{
    const struct mount_point *best = NULL;

    for (size_t i = 0; i < paths->n; i++)
        if (below(path, paths->mounts[i].point) &&
            (!best || strlen(paths->mounts[i].point) >= strlen(best->point)))
            best = &paths->mounts[i];
    return best;
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

    *ret_paths = (struct grub_paths){.root = root, .directory = strdup(directory)};
    if (!ret_paths->directory)
        return -ENOMEM;
    r = root_resolve(root, directory, &resolved, NULL, NULL);
    if (r >= 0)
        r = mounts_read(root, MOUNTS_OF_SELF, &ret_paths->mounts, &ret_paths->n);
    if (r < 0)
        return r;
    full = format("/%s", resolved);
    if (!full)
        return -ENOMEM;
    home = mount_of(ret_paths, full);
    if (ret_paths->n > 0 && !home)
        return -EBADMSG;
    ret_paths->device = home ? home->device : NULL;
    ret_paths->inside = home ? join(home->root, below(full, home->point)) : strdup(directory);
    return ret_paths->inside ? 0 : -ENOMEM;
}

static int unknown(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return problem ? -ECANCELED : -ENOMEM;
}

/* Without mounts to go by: the path as it is, or below /boot; one of them has to be there. */
static int map_by_existence(const struct grub_paths *paths, const char *name, char **ret_path,
                            char **ret_problem)
{
    AUTOFREE char *boot = format("/boot%s", name);
    const char *rest = below(name, paths->inside);
    int here, there;

    if (!boot)
        return -ENOMEM;
    if (rest) { /* GRUB's own files */
        *ret_path = join(paths->directory, rest);
        return *ret_path ? 0 : -ENOMEM;
    }
    here = root_exists(paths->root, name);
    there = root_exists(paths->root, boot);
    if (here < 0 || there < 0 || (here && there))
        return unknown(ret_problem, format("%s: it is not known on which file system", name));
    if (!here && !there) {
        *ret_problem = format("neither %s nor %s is there", name, boot);
        return *ret_problem ? -ENOENT : -ENOMEM;
    }
    *ret_path = here ? strdup(name) : steal(&boot);
    return *ret_path ? 0 : -ENOMEM;
}

static int is_visible(const char *name)
{
    return *name != '.';
}

/* 1 when both devices, by their names in /sys/class/block, are of one btrfs: mountinfo names one of
 * its disks, and a link of udev's perhaps another. */
static int are_of_one_btrfs(int root, const char *a, const char *b)
{
    static const char BTRFS[] = "sys/fs/btrfs";
    CLEANUP(names_freep) char **file_systems = NULL;
    int n = root_names(root, BTRFS, is_visible, MAX_BTRFS, &file_systems), found = 0;

    for (int i = 0; !found && i < n; i++) {
        AUTOFREE char *one = format("%s/%s/devices/%s", BTRFS, file_systems[i], a);
        AUTOFREE char *other = format("%s/%s/devices/%s", BTRFS, file_systems[i], b);

        if (!one || !other)
            return -ENOMEM;
        found = root_exists(root, one) == 1 && root_exists(root, other) == 1;
    }
    return n == -ENOMEM ? n : found;
}

/* Whether the block device at `path`, a link of udev's, is what is mounted there. */
static int is_device_of(const struct grub_paths *paths, const char *path,
                        const struct mount_point *mount)
{
    AUTOFREE char *target = NULL, *source = NULL, *number = NULL;
    struct stat st;
    int r = root_resolve(paths->root, path, &target, &st, NULL);

    if (r < 0)
        return r;
    if (S_ISBLK(st.st_mode)) {
        number = format("%u:%u", major(st.st_rdev), minor(st.st_rdev));
        if (!number)
            return -ENOMEM;
        if (streq(number, mount->device))
            return 1;
    }
    if (mount->source[0] != '/')
        return 0;
    r = root_resolve(paths->root, mount->source, &source, NULL, NULL);
    if (r < 0 || streq(target, source) || !streq(mount->type, "btrfs"))
        return r < 0 ? r : streq(target, source);
    return are_of_one_btrfs(paths->root, basename(target), basename(source));
}

/* The device of mountinfo that has a file system of this UUID or label; NULL in *ret_device when
 * that cannot be told and GRUB's own has to do. */
static int find_device(const struct grub_paths *paths, char kind, const char *key,
                       const char **ret_device, char **ret_problem)
{
    const char *directory = kind == 'u' ? "dev/disk/by-uuid" : "dev/disk/by-label";
    AUTOFREE char *link = format("%s/%s", directory, key);

    *ret_device = NULL;
    if (!link)
        return -ENOMEM;
    if (root_exists(paths->root, "dev/disk") == 0)
        return 0;
    if (root_exists(paths->root, link) != 1)
        return unknown(ret_problem, format("there is no file system with %s %s",
                                           kind == 'u' ? "UUID" : "label", key));
    for (size_t i = 0; i < paths->n; i++) {
        int r = is_device_of(paths, link, &paths->mounts[i]);

        if (r == -ENOMEM)
            return r;
        if (r > 0) {
            *ret_device = paths->mounts[i].device;
            return 0;
        }
    }
    return unknown(ret_problem, format("the file system with %s %s is not mounted",
                                       kind == 'u' ? "UUID" : "label", key));
}

/* A link must not lead off the file system, nor be one that GRUB would follow elsewhere. */
static int check_links(const struct grub_paths *paths, const char *device, const char *path,
                       char **ret_problem)
{
    const struct mount_point *mount = mount_of(paths, path);
    AUTOFREE char *resolved = NULL, *full = NULL, *target = NULL;

    if (!mount || !streq(mount->device, device))
        return unknown(ret_problem, format("%s: something else is mounted over it", path));
    if (root_resolve(paths->root, path, &resolved, NULL, NULL) < 0)
        return 0;
    full = format("/%s", resolved);
    if (!full)
        return -ENOMEM;
    mount = mount_of(paths, full);
    if (!mount || !streq(mount->device, device))
        return unknown(ret_problem, format("%s: a link to another file system", path));
    if (!streq(mount->point, "/") && root_readlink(paths->root, path, &target) >= 0 &&
        *target == '/')
        return unknown(ret_problem, format("%s: a link that GRUB follows elsewhere", path));
    return 0;
}

static int map_by_mounts(const struct grub_paths *paths, const char *device, const char *name,
                         char **ret_path, char **ret_problem)
{
    const struct mount_point *best = NULL;
    int r;

    for (size_t i = 0; i < paths->n; i++) {
        const struct mount_point *mount = &paths->mounts[i];

        if (streq(mount->device, device) && below(name, mount->root) &&
            (!best || strlen(mount->root) > strlen(best->root)))
            best = mount;
    }
    if (!best)
        return unknown(ret_problem,
                       format("%s: that part of its file system is not mounted", name));
    *ret_path = join(best->point, below(name, best->root));
    if (!*ret_path)
        return -ENOMEM;
    r = check_links(paths, device, *ret_path, ret_problem);
    if (r < 0) {
        free(*ret_path);
        *ret_path = NULL;
    }
    return r;
}

/* Splits "(device)/path"; `device` is what there is without one. */
static int split(const char *device, const char *name, char **ret_device, const char **ret_path)
{
    const char *end = *name == '(' ? strchr(name, ')') : NULL;

    *ret_device = end ? strndup(name + 1, (size_t)(end - name - 1)) : strdup(device);
    *ret_path = end ? end + 1 : name;
    return *ret_device ? 0 : -ENOMEM;
}

int grub_paths_map(const struct grub_paths *paths, const char *device, const char *name,
                   char **ret_path, char **ret_problem)
{
    AUTOFREE char *on = NULL, *why = NULL;
    const char *path, *number = paths->device;
    int r = split(device, name, &on, &path);

    if (r >= 0)
        r = grub_why_unknown(on, &why);
    if (r >= 0 && !why)
        r = grub_why_unknown(path, &why);
    if (r < 0)
        return r;
    if (why)
        return unknown(ret_problem, steal(&why));
    if (*path != '/' || grub_has_mark(path) || strstr(path, "/../"))
        return unknown(ret_problem, format("%s: not a path", path));
    if (on[0] != GRUB_MARK || strcspn(on, "\002") + 1 != strlen(on))
        return unknown(ret_problem, format("%s: on the device (%s), which only GRUB knows", path,
                                           grub_has_mark(on) ? "?" : on));
    if (on[1] != 'h' && paths->n > 0) {
        const char *found;

        on[strlen(on) - 1] = 0;
        r = find_device(paths, on[1], on + 2, &found, ret_problem);
        if (r < 0)
            return r;
        number = found ? found : number;
    }
    return paths->n > 0 ? map_by_mounts(paths, number, path, ret_path, ret_problem)
                        : map_by_existence(paths, path, ret_path, ret_problem);
}
