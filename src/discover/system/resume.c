/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A hibernated system lies in a swap device, or a file on one, and the end of the first page says
 * so. A swap in use has none: turning it on writes the ordinary signature over it. */

#include "discover/system/resume.h"

#include <errno.h>
#include <stdint.h>

#include "base/cmdline.h"
#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_CMDLINE = 64 * 1024,
    MAX_SWAPS = 64 * 1024,
};

/* "UUID=..." and the like as the link that udev makes for it: in *ret_path, which is NULL where the
 * device is named in another way, by its number for example. 0 or -ENOMEM. */
static int device_path(const char *spec, char **ret_path)
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

    *ret_path = NULL;
    for (size_t i = 0; i < ELEMENTS(KINDS); i++) {
        const char *rest = after_prefix(spec, KINDS[i].prefix);

        if (rest) {
            *ret_path = format("%s/%s", KINDS[i].directory, rest);
            return *ret_path ? 0 : -ENOMEM;
        }
    }
    return 0;
}

/* 1 when /proc/swaps has the device, which is `resolved` without links. */
static int is_swap_in_use(int root, const char *resolved)
{
    AUTOFREE char *text = NULL;
    char *rest = NULL;
    int r = root_read(root, "proc/swaps", MAX_SWAPS, &text, NULL);

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        AUTOFREE char *other = NULL;

        line[strcspn(line, " \t")] = 0;
        r = *line == '/' ? root_resolve(root, line, &other, NULL, NULL) : -ENOENT;
        if (r == -ENOMEM)
            return r;
        if (r >= 0 && streq(other, resolved))
            return 1;
    }
    return 0;
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
        if (r == 0 && memcmp(end, SIGNATURE, sizeof(SIGNATURE) - 1) == 0)
            return 1;
    }
    return 0;
}

static int look_at(int root, const char *path, const char *offset, char **ret_text)
{
    AUTOFREE char *resolved = NULL;
    AUTOCLOSE int fd = -1;
    unsigned long number = offset ? strtoul(offset, NULL, 10) : 0;
    int r = root_resolve(root, path, &resolved, NULL, NULL);

    /* A device that is not there is not resumed from either. */
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (r >= 0 && number == 0)
        r = is_swap_in_use(root, resolved);
    if (r != 0)
        return r > 0 ? 0 : r;
    if (number > UINT32_MAX)
        return -EINVAL;
    fd = root_open(root, path, NULL);
    r = fd < 0 ? fd : has_signature(fd, number);
    if (r <= 0)
        return r;
    *ret_text = format("a hibernated system is to be resumed (%s)", path);
    return *ret_text ? 1 : -ENOMEM;
}

int resume_image_find(int root, char **ret_text)
{
    AUTOFREE char *cmdline = NULL, *spec = NULL, *offset = NULL, *path = NULL;
    int r = root_read_line(root, "proc/cmdline", MAX_CMDLINE, &cmdline);

    *ret_text = NULL;
    if (r < 0)
        return r == -ENOMEM ? r : 0; /* without a command line there is no kernel to start either */
    spec = cmdline_value(cmdline, "resume=");
    offset = cmdline_value(cmdline, "resume_offset=");
    if (!spec)
        return 0;
    r = device_path(spec, &path);
    if (r >= 0 && path)
        r = look_at(root, path, offset, ret_text);
    if (r < 0 && r != -ENOMEM)
        *ret_text =
            format("cannot tell whether %s holds a hibernated system: %s", path, strerror(-r));
    return r;
}
