/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A hibernated system is in a swap device, or in a file on one, and the end of the first page says
 * so. Turning a swap on overwrites that, so a swap in use holds none. */

#include "discover/system/resume.h"

#include <errno.h>

#include "base/cmdline.h"
#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_CMDLINE = 64 * 1024,
    MAX_SWAPS = 64 * 1024,
};

/* "UUID=..." and the like as the link that udev makes for it, for free(); NULL when the device is
 * named in another way, such as by its number. */
static char *device_path(const char *spec)
{
    static const struct {
        const char *prefix, *directory;
    } KINDS[] = {
        {"/dev/", "/dev"},
        {"UUID=", "/dev/disk/by-uuid"},
        {"LABEL=", "/dev/disk/by-label"},
        {"PARTUUID=", "/dev/disk/by-partuuid"},
        {"PARTLABEL=", "/dev/disk/by-partlabel"},
    };

    for (size_t i = 0; i < ELEMENTS(KINDS); i++) {
        const char *rest = after_prefix(spec, KINDS[i].prefix);

        if (rest)
            return format("%s/%s", KINDS[i].directory, rest);
    }
    return NULL;
}

/* Whether /proc/swaps has the device, which is `resolved` without links. */
static bool is_swap_in_use(int root, const char *resolved)
{
    AUTOFREE char *text = NULL;
    char *rest = NULL;

    if (root_read(root, "proc/swaps", MAX_SWAPS, &text, NULL) < 0)
        return false;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        AUTOFREE char *other = NULL;

        line[strcspn(line, " \t")] = 0;
        if (*line == '/' && root_resolve(root, line, &other, NULL, NULL) >= 0 &&
            streq(other, resolved))
            return true;
    }
    return false;
}

/* Pages have 4, 16 or 64 KiB, and the offset of a file is counted in them. */
static int has_signature(int fd, unsigned long offset)
{
    static const char SIGNATURE[] = "S1SUSPEND";
    static const unsigned PAGES[] = {4096, 16384, 65536};

    for (size_t i = 0; i < ELEMENTS(PAGES); i++) {
        char end[10];
        int r = fd_read_at(fd, end, sizeof(end), ((uint64_t)offset + 1) * PAGES[i] - sizeof(end));

        if (r < 0 && r != -ENODATA)
            return r;
        if (r >= 0 && memcmp(end, SIGNATURE, sizeof(SIGNATURE) - 1) == 0)
            return 1;
    }
    return 0;
}

static int look_at(int root, const char *path, const char *offset)
{
    AUTOFREE char *resolved = NULL;
    AUTOCLOSE int fd = -1;
    unsigned long number = offset ? strtoul(offset, NULL, 10) : 0;
    int r = root_resolve(root, path, &resolved, NULL, NULL);

    /* A device that is not there is not resumed from either. */
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (r < 0)
        return r;
    if (number == 0 && is_swap_in_use(root, resolved))
        return 0;
    if (number > UINT32_MAX)
        return -EINVAL;
    fd = root_open_device(root, path);
    return fd < 0 ? fd : has_signature(fd, number);
}

void resume_image_find(int root, struct answer *request)
{
    AUTOFREE char *cmdline = NULL, *spec = NULL, *offset = NULL, *path = NULL;
    int r;

    r = root_read_line(root, "proc/cmdline", MAX_CMDLINE, &cmdline);
    if (r == -ENOENT)
        return; /* a recorded machine without it */
    if (r < 0) {
        answer_note_unknown(request, -r,
                            format("cannot tell whether a hibernated system is waiting to be "
                                   "resumed: /proc/cmdline: %s",
                                   strerror(-r)));
        return;
    }
    spec = cmdline_value(cmdline, "resume=");
    offset = cmdline_value(cmdline, "resume_offset=");
    path = spec ? device_path(spec) : NULL;
    r = path ? look_at(root, path, offset) : 0;
    if (r > 0)
        answer_note(request, format("a hibernated system is waiting to be resumed (%s)", path));
    if (r < 0)
        answer_note_unknown(
            request, -r,
            format("cannot tell whether %s holds a hibernated system: %s", path, strerror(-r)));
}
