/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/grub-paths.h"

#include <ctype.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/root.h"
#include "discover/grub-env.h"

enum {
    MAX_MOUNTINFO = 4 * 1024 * 1024,
    MAX_MOUNTS = 4096,
};

static void mount_clear(struct grub_mount *mount)
{
    free(mount->device);
    free(mount->root);
    free(mount->point);
    free(mount->source);
}

void grub_paths_clear(struct grub_paths *paths)
{
    for (size_t i = 0; i < paths->n; i++)
        mount_clear(&paths->mounts[i]);
    free(paths->mounts);
    free(paths->directory);
    free(paths->inside);
    *paths = (struct grub_paths){0};
}

/* A field of mountinfo: blanks and backslashes are octal there. */
static char *unescape(const char *field)
{
    char *text = field ? strdup(field) : NULL, *out = text;

    for (const char *in = text; in && *in; out++) {
        if (in[0] == '\\' && in[1] >= '0' && in[1] <= '3' && isdigit((unsigned char)in[2]) &&
            isdigit((unsigned char)in[3])) {
            *out = (char)((in[1] - '0') * 64 + (in[2] - '0') * 8 + (in[3] - '0'));
            in += 4;
        } else {
            *out = *in++;
        }
    }
    if (text)
        *out = 0;
    return text;
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw" */
static int mount_parse(char *line, struct grub_mount *ret_mount)
{
    char *fields[5] = {0}, *rest, *type, *source, *behind = strstr(line, " - ");

    if (!behind)
        return -EBADMSG;
    *behind = 0;
    for (size_t i = 0; i < ELEMENTS(fields); i++) {
        fields[i] = strtok_r(i ? NULL : line, " ", &rest);
        if (!fields[i])
            return -EBADMSG;
    }
    type = strtok_r(behind + 3, " ", &rest);
    source = type ? strtok_r(NULL, " ", &rest) : NULL;
    *ret_mount = (struct grub_mount){
        .device = strdup(fields[2]),
        .root = unescape(fields[3]),
        .point = unescape(fields[4]),
        .source = unescape(source ? source : ""),
        .btrfs = type && streq(type, "btrfs"),
    };
    return ret_mount->device && ret_mount->root && ret_mount->point && ret_mount->source ? 0
                                                                                         : -ENOMEM;
}

static int read_mounts(struct grub_paths *paths)
{
    AUTOFREE char *text = NULL;
    char *rest;
    int r = root_read(paths->root, "proc/self/mountinfo", MAX_MOUNTINFO, &text, NULL);

    /* A recorded machine has no process of ours, so the link /proc/self may lead nowhere. */
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    for (char *line = r < 0 ? NULL : strtok_r(text, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        struct grub_mount mount = {0}, *more;

        r = paths->n < MAX_MOUNTS ? mount_parse(line, &mount) : -E2BIG;
        more = r < 0 ? NULL : reallocarray(paths->mounts, paths->n + 1, sizeof(*more));
        if (!more) {
            mount_clear(&mount);
            return r < 0 ? r : -ENOMEM;
        }
        paths->mounts = more;
        more[paths->n++] = mount;
    }
    return r;
}

/* What is left of `path` behind the directory `start`, with its slash, or NULL. */
static const char *below(const char *path, const char *start)
{
    const char *rest = after_prefix(path, streq(start, "/") ? "" : start);

    return rest && (*rest == '/' || *rest == 0) ? rest : NULL;
}

/* The mount that `path` is on: the last of those with the longest mount point. */
static const struct grub_mount *mount_of(const struct grub_paths *paths, const char *path)
{
    const struct grub_mount *best = NULL;

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
    const struct grub_mount *home;
    AUTOFREE char *resolved = NULL, *full = NULL;
    int r;

    *ret_paths = (struct grub_paths){.root = root, .directory = strdup(directory)};
    if (!ret_paths->directory)
        return -ENOMEM;
    r = root_resolve(root, directory, &resolved, NULL, NULL);
    if (r >= 0)
        r = read_mounts(ret_paths);
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

/* Whether the block device at `path`, a link of udev's, is what is mounted there. */
static int is_device_of(const struct grub_paths *paths, const char *path,
                        const struct grub_mount *mount)
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
    return r < 0 ? r : streq(target, source);
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
    const struct grub_mount *mount = mount_of(paths, path);
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
    const struct grub_mount *best = NULL;
    int r;

    for (size_t i = 0; i < paths->n; i++) {
        const struct grub_mount *mount = &paths->mounts[i];

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
