/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/mounts.h"

#include <ctype.h>
#include <errno.h>

#include "base/root.h"
#include "base/util.h"

enum {
    MAX_MOUNTINFO = 8 * 1024 * 1024, /* many containers have many mounts */
    MAX_MOUNTS = 32768,
};

void mounts_free(struct mount_point *mounts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(mounts[i].device);
        free(mounts[i].root);
        free(mounts[i].point);
        free(mounts[i].flags);
        free(mounts[i].source);
        free(mounts[i].type);
        free(mounts[i].options);
    }
    free(mounts);
}

char *mounts_unescape(const char *field)
{
    char *text = xstrdup(field), *out = text;

    for (const char *in = text; *in; out++) {
        if (in[0] == '\\' && in[1] >= '0' && in[1] <= '3' && isdigit((unsigned char)in[2]) &&
            isdigit((unsigned char)in[3])) {
            *out = (char)((in[1] - '0') * 64 + (in[2] - '0') * 8 + (in[3] - '0'));
            in += 4;
        } else {
            *out = *in++;
        }
    }
    *out = 0;
    return text;
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw" */
static int mount_parse(char *line, struct mount_point *ret_mount)
{
    char *fields[6] = {0}, *rest, *type, *source, *options, *behind = strstr(line, " - ");

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
    options = source ? strtok_r(NULL, " ", &rest) : NULL;
    *ret_mount = (struct mount_point){
        .device = xstrdup(fields[2]),
        .root = mounts_unescape(fields[3]),
        .point = mounts_unescape(fields[4]),
        .flags = xstrdup(fields[5]),
        .source = mounts_unescape(source ? source : ""),
        .type = xstrdup(type ? type : ""),
        .options = mounts_unescape(options ? options : ""),
    };
    return 0;
}

int mounts_read(int root, const char *file, struct mount_point **ret_mounts, size_t *ret_n)
{
    AUTOFREE char *text = NULL;
    struct mount_point mount;
    char *rest;
    int r = root_read(root, file, MAX_MOUNTINFO, &text, NULL);

    *ret_mounts = NULL;
    *ret_n = 0;
    /* A recorded machine has no processes: the link /proc/self may be dangling. */
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    for (char *line = r < 0 ? NULL : strtok_r(text, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        if (*ret_n == MAX_MOUNTS)
            return -E2BIG;
        r = mount_parse(line, &mount);
        if (r < 0)
            return r;
        *APPEND(*ret_mounts, *ret_n) = mount;
    }
    return r;
}

const struct mount_point *mounts_at(const struct mount_point *mounts, size_t n, const char *point)
{
    while (n-- > 0)
        if (streq(mounts[n].point, point))
            return &mounts[n];
    return NULL;
}

const struct mount_point *mounts_of(const struct mount_point *mounts, size_t n, const char *path)
{
    const struct mount_point *found = NULL;

    for (size_t i = 0; i < n; i++) {
        const char *rest = after_prefix(path, mounts[i].point);
        bool inside = rest && (!*rest || *rest == '/' || streq(mounts[i].point, "/"));

        if (inside && (!found || strlen(mounts[i].point) >= strlen(found->point)))
            found = &mounts[i];
    }
    return found;
}

bool mounts_has_option(const char *options, const char *option)
{
    size_t length = strlen(option);

    for (; *options; options += strcspn(options, ","), options += *options == ',')
        if (strncmp(options, option, length) == 0 && strchr(",", options[length]))
            return true;
    return false;
}
