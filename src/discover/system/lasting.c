/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/lasting.h"

#include <errno.h>

#include "base/mounts.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_HISTORY = 1024 * 1024,
};

/* File systems in memory, and devices there. */
static bool is_in_memory(const struct mount_point *mount)
{
    return streq(mount->type, "tmpfs") || streq(mount->type, "ramfs") ||
           streq(mount->type, "rootfs") || after_prefix(mount->source, "/dev/ram") ||
           after_prefix(mount->source, "/dev/zram");
}

/* Where an overlay writes to, as whoever mounted it saw it; for free(), or NULL. */
static char *upper_directory(const struct mount_point *mount)
{
    const char *option = strstr(mount->options, "upperdir=");

    option = option ? after_prefix(option, "upperdir=") : NULL;
    return option ? xstrndup(option, strcspn(option, ",")) : NULL;
}

/* More than one boot is in the history, so that it has lasted before. */
static bool has_lasted(int root)
{
    AUTOFREE char *history = NULL;
    const char *end;

    if (root_read(root, STATE_HISTORY, MAX_HISTORY, &history, NULL) < 0)
        return false;
    end = strchr(history, '\n');
    return end && end[1];
}

/* An overlay that the initrd mounted may name a directory that cannot be seen from here. */
static struct answer overlay_is_lost(int root, const struct mount_point *mounts, size_t n,
                                     const struct mount_point *overlay)
{
    AUTOFREE char *upper = upper_directory(overlay);
    const struct mount_point *below = upper ? mounts_of(mounts, n, upper) : NULL;

    if (below && is_in_memory(below))
        return answer_yes(
            format("/" STATE_DIR " is on an overlay that is written to memory (%s)", below->point));
    if ((below && !streq(below->type, "overlay")) || has_lasted(root))
        return (struct answer){.is = ANSWER_NO};
    return answer_unknown(ENODATA, format("/" STATE_DIR " is on an overlay, and nothing tells "
                                          "whether what is written there lasts"));
}

static struct answer mount_is_lost(int root, const struct mount_point *mounts, size_t n,
                                   const struct mount_point *mount)
{
    if (streq(mount->type, "overlay"))
        return overlay_is_lost(root, mounts, n, mount);
    if (!is_in_memory(mount))
        return (struct answer){.is = ANSWER_NO};
    return answer_yes(format("/" STATE_DIR " is in memory (%s on %s)", mount->type, mount->point));
}

struct answer state_is_lost(int root)
{
    AUTOFREE char *resolved = NULL, *path = NULL;
    struct answer answer = {.is = ANSWER_NO};
    const struct mount_point *mount;
    struct mount_point *mounts;
    size_t n;
    int r = mounts_read(root, MOUNTS_OF_SELF, &mounts, &n);

    if (r >= 0 && root_resolve(root, STATE_DIR, &resolved, NULL, NULL) < 0)
        resolved = xstrdup(STATE_DIR); /* it would be made there */
    path = resolved ? format("/%s", resolved) : NULL;
    mount = path ? mounts_of(mounts, n, path) : NULL;
    if (r < 0)
        answer = answer_of(r);
    else if (mount)
        answer = mount_is_lost(root, mounts, n, mount);
    mounts_free(mounts, n);
    return answer;
}
