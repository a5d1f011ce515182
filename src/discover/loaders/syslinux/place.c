/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/syslinux/place.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"

void syslinux_place_clear(struct syslinux_place *place)
{
    mounts_free(place->mounts, place->n);
    free(place->home);
    free(place->current);
    *place = (struct syslinux_place){0};
}

/* `directory` and `name`, with one slash between them. */
static char *join(const char *directory, const char *name)
{
    bool ends = *directory && directory[strlen(directory) - 1] == '/';

    return format("%s%s%s", directory, ends || *name == '/' ? "" : "/",
                  ends ? name + strspn(name, "/") : name);
}

/* The mount that holds a path below the root, after following links; or NULL. */
static const struct mount_point *mount_holding(const struct syslinux_place *place, const char *path)
{
    AUTOFREE char *resolved = NULL, *full = NULL;

    if (root_resolve(place->root, path, &resolved, NULL, NULL) < 0)
        return mounts_of(place->mounts, place->n, path);
    full = format("/%s", resolved);
    return mounts_of(place->mounts, place->n, full);
}

/* Whether both are the same directory, because of links. */
static bool is_same(int root, const char *one, const char *other)
{
    AUTOFREE char *a = NULL, *b = NULL;

    return root_resolve(root, one, &a, NULL, NULL) >= 0 &&
           root_resolve(root, other, &b, NULL, NULL) >= 0 && streq(a, b);
}

/* The boot sector names the sectors of ldlinux.sys, not its path, so there must be only one. */
static char *find_home(struct syslinux_place *place)
{
    static const char *const HOMES[] = {"/boot/extlinux", "/boot/syslinux", "/boot",
                                        "/extlinux",      "/syslinux",      "/"};

    for (size_t i = 0; i < ELEMENTS(HOMES); i++) {
        AUTOFREE char *path = join(HOMES[i], "ldlinux.sys");
        int r = root_exists(place->root, path);

        if (r < 0)
            return format("%s: %s", path, strerror(-r));
        if (r > 0 && place->home && !is_same(place->root, place->home, HOMES[i]))
            return format("both %s and %s have an ldlinux.sys, and which one the machine starts is "
                          "unknown",
                          place->home, HOMES[i]);
        if (r > 0 && !place->home)
            place->home = xstrdup(HOMES[i]);
    }
    return place->home ? NULL
                       : xstrdup("no ldlinux.sys in /boot/extlinux, /boot/syslinux, /boot or /: "
                                 "PXELINUX, from the network, may have started this machine");
}

char *syslinux_place_find(int root, struct syslinux_place *ret_place)
{
    AUTOFREE char *resolved = NULL;
    char *problem;
    int r;

    *ret_place = (struct syslinux_place){.root = root};
    problem = find_home(ret_place);
    if (problem)
        return problem;
    r = root_resolve(root, ret_place->home, &resolved, NULL, NULL);
    if (r >= 0)
        r = mounts_read(root, MOUNTS_OF_SELF, &ret_place->mounts, &ret_place->n);
    if (r < 0)
        return format("%s: %s", ret_place->home, strerror(-r));
    ret_place->mount = mount_holding(ret_place, ret_place->home);
    if (!ret_place->mount)
        return format("%s: the file system it is on is unknown", ret_place->home);
    /* On others ldlinux.sys is not the file that is started, or subvolumes change its path. */
    if ((!after_prefix(ret_place->mount->type, "ext") && !streq(ret_place->mount->type, "vfat")) ||
        !streq(ret_place->mount->root, "/"))
        return format("%s is on %s (%s), and fastreboot reads Syslinux' configuration only on ext4 "
                      "and FAT",
                      ret_place->home, ret_place->mount->type, ret_place->mount->source);
    set_text(&ret_place->home, format("/%s", resolved));
    return NULL;
}

/* Removes "." and ".." from a path on the file system. Returns false if it leads out of the file
 * system. */
static bool normalize(char *path)
{
    char *to = path;

    for (const char *from = path; *from;) {
        size_t length;

        from += strspn(from, "/");
        length = strcspn(from, "/");
        if (length == 2 && memcmp(from, "..", 2) == 0) {
            if (to == path)
                return false;
            do
                to--;
            while (*to != '/');
        } else if (length > 0 && !(length == 1 && *from == '.')) {
            *to++ = '/';
            memmove(to, from, length);
            to += length;
        }
        from += length;
    }
    *to = 0;
    return true;
}

/* Whether Syslinux follows the links in `path` to the same file as Linux. */
static bool are_links_alike(const struct syslinux_place *place, const char *path)
{
    AUTOFREE char *target = NULL, *part = xstrdup(path), *resolved = NULL, *second = NULL;
    char *last = strrchr(part, '/');

    if (mount_holding(place, path) != place->mount)
        return false;
    if (streq(place->mount->point, "/"))
        return true;
    /* If the file system is not the root file system, absolute paths differ: only a link to a file
     * next to it leads to the same file. */
    if (root_readlink(place->root, path, &target) < 0)
        target = xstrdup(last + 1);
    *last = 0;
    if (strchr(target, '/') || root_resolve(place->root, part, &resolved, NULL, NULL) < 0 ||
        !streq(resolved, part + 1))
        return false;
    set_text(&part, format("%s/%s", part, target));
    return root_readlink(place->root, part, &second) < 0;
}

char *syslinux_place_map(const struct syslinux_place *place, const char *name, char **ret_problem)
{
    AUTOFREE char *inside = *name == '/' ? xstrdup(name) : join(place->current, name);
    AUTOFREE char *path = NULL;

    if (!normalize(inside) || !*inside || strchr(name, '\\') || strstr(name, "::")) {
        *ret_problem = format("%s: not a path that Syslinux and Linux read alike", name);
        return NULL;
    }
    path = join(place->mount->point, inside);
    if (!are_links_alike(place, path)) {
        *ret_problem = format("%s: another file system is mounted over it, or a link that Syslinux "
                              "follows to another file",
                              path);
        return NULL;
    }
    return steal(&path);
}

/* Where the configuration is in `directory`, a path on the file system; NULL if it has none. */
static char *find_config(struct syslinux_place *place, const char *directory, char **ret_problem)
{
    static const char *const NAMES[] = {"extlinux.conf", "syslinux.cfg"};

    set_text(&place->current, xstrdup(directory));
    for (size_t i = 0; i < ELEMENTS(NAMES) && !*ret_problem; i++) {
        AUTOFREE char *path = syslinux_place_map(place, NAMES[i], ret_problem);

        if (path && root_exists(place->root, path) != 0)
            return steal(&path);
    }
    return NULL;
}

char *syslinux_place_config(struct syslinux_place *place, char **ret_problem)
{
    size_t top = streq(place->mount->point, "/") ? 0 : strlen(place->mount->point);
    const char *const directories[] = {*(place->home + top) ? place->home + top : "/",
                                       "/boot/syslinux", "/syslinux", "/"};

    *ret_problem = NULL;
    for (size_t i = 0; i < ELEMENTS(directories) && !*ret_problem; i++) {
        char *path = find_config(place, directories[i], ret_problem);

        if (path)
            return path;
    }
    if (!*ret_problem)
        *ret_problem = format("neither extlinux.conf nor syslinux.cfg is in %s, /boot/syslinux, "
                              "/syslinux or /",
                              place->home);
    return NULL;
}
