/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/subvolume.h"

#include <errno.h>
#include <inttypes.h>

#include "base/root.h"
#include "discover/loaders/grub/btrfs.h"

enum {
    MAX_CONFIG = 1024 * 1024,
    MAX_TRIES = 3,
};

#define VARIABLE "btrfs_relative_path"

enum asks {
    ASKS_NO,
    ASKS_YES,
    ASKS_UNSURE,
};

/* What one line says, which must not be inside anything. GRUB looks at the first character. */
static enum asks asks_line(const char *line, size_t length, enum asks before)
{
    const char *value = after_prefix(line, "set " VARIABLE "="), *mention;

    if (value) {
        value += strspn(value, "'\"");
        return *value == 'y' || *value == '1' ? ASKS_YES : ASKS_NO;
    }
    mention = memmem(line, length, VARIABLE, strlen(VARIABLE));
    return mention && !after_prefix(line, "export " VARIABLE) ? ASKS_UNSURE : before;
}

/* Whether the configuration asks for it, at its start and in all of it. */
static enum asks asks_text(const char *text)
{
    enum asks asks = ASKS_NO;

    for (const char *line = text; *line && asks != ASKS_UNSURE;) {
        size_t length = strcspn(line, "\n");

        asks = asks_line(line, length, asks);
        line += length + (line[length] == '\n');
    }
    return asks;
}

static enum asks asks_config(const struct grub_paths *paths)
{
    AUTOFREE char *path = format("%s/grub.cfg", paths->directory), *text = NULL;

    return root_read(paths->root, path, MAX_CONFIG, &text, NULL) < 0 ? ASKS_NO : asks_text(text);
}

/* The number in "subvolid=267"; 0 if it is not there. */
static uint64_t id_of(const struct mount_point *mount)
{
    const char *option = strstr(mount->options, "subvolid=");

    return option ? strtoull(option + strlen("subvolid="), NULL, 10) : 0;
}

/* What was set a moment ago may not be on the disk yet. */
static void commit(const struct grub_paths *paths)
{
    AUTOCLOSE int fd =
        root_is_live(paths->root) ? root_open_directory(paths->root, paths->directory) : -1;

    if (fd >= 0)
        (void)syncfs(fd);
}

/* The disk may change while it is read. */
static int read_default(const struct grub_paths *paths, uint64_t *ret_id)
{
    AUTOCLOSE int fd = root_open_device(paths->root, paths->home->source);
    int r = fd < 0 ? fd : -EBADMSG;

    for (int i = 0; i < MAX_TRIES && r == -EBADMSG; i++) {
        commit(paths);
        r = btrfs_default_subvolume(fd, ret_id);
    }
    return r;
}

static char *describe(const struct mount_point *home, int r)
{
    return format("the default subvolume of btrfs, from which GRUB reads (%s): %s: %s", VARIABLE,
                  home->source,
                  r == -EBADMSG      ? "damaged, or it changes"
                  : r == -EOPNOTSUPP ? "spread over several disks"
                                     : strerror(-r));
}

int grub_follow_default(struct grub_paths *paths, char **ret_problem)
{
    const struct mount_point *home = paths->home;
    enum asks asks = home && streq(home->type, "btrfs") ? asks_config(paths) : ASKS_NO;
    uint64_t id;
    int r;

    *ret_problem = NULL;
    if (asks == ASKS_NO)
        return 0;
    if (asks == ASKS_UNSURE) {
        *ret_problem =
            format("%s/grub.cfg sets " VARIABLE " in more than one way", paths->directory);
        return 1;
    }
    r = read_default(paths, &id);
    if (r < 0) {
        *ret_problem = describe(home, r);
        return r == -EBADMSG || r == -EOPNOTSUPP ? 1 : r;
    }
    if (id == id_of(home)) {
        grub_paths_start_at(paths, home);
        return 0;
    }
    *ret_problem =
        format("GRUB reads from the default subvolume of btrfs, which has the id %" PRIu64
               ", and %s is on the one with the id %" PRIu64,
               id, paths->directory, id_of(home));
    return 1;
}
