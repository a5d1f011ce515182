/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/fstab.h"

#include "base/mounts.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_FSTAB = 1024 * 1024,
};

void fstab_clear(struct fstab *fstab)
{
    for (size_t i = 0; i < fstab->n; i++) {
        free(fstab->all[i].source);
        free(fstab->all[i].point);
        free(fstab->all[i].type);
    }
    free(fstab->all);
    map_clear(&fstab->points);
    *fstab = (struct fstab){0};
}

static void take_line(struct fstab *fstab, char *text, unsigned number)
{
    char *fields[4] = {0}, *rest;

    for (size_t i = 0; i < ELEMENTS(fields); i++) {
        fields[i] = strtok_r(i ? NULL : text, " \t\r", &rest);
        if (!fields[i])
            break;
    }
    if (!fields[0] || fields[0][0] == '#' || !fields[2])
        return;
    for (size_t n = strlen(fields[1]); n > 1 && fields[1][n - 1] == '/'; n--)
        fields[1][n - 1] = 0;
    *APPEND(fstab->all, fstab->n) = (struct fstab_line){
        .number = number,
        .source = mounts_unescape(fields[0]),
        .point = mounts_unescape(fields[1]),
        .type = xstrdup(fields[2]),
        .noauto = fields[3] && mounts_has_option(fields[3], "noauto"),
        .automatic = !fields[3] || !(mounts_has_option(fields[3], "noauto") ||
                                     mounts_has_option(fields[3], "x-systemd.automount")),
        .spare = fields[3] && mounts_has_option(fields[3], "nofail"),
    };
}

int fstab_read(int root, struct fstab *ret)
{
    AUTOFREE char *text = NULL;
    unsigned number = 0;
    char *rest, *line;
    int r = root_read(root, "etc/fstab", MAX_FSTAB, &text, NULL);

    *ret = (struct fstab){0};
    if (r < 0)
        return r;
    for (rest = text; (line = strsep(&rest, "\n"));)
        take_line(ret, line, ++number);
    for (size_t i = 0; i < ret->n; i++)
        if (ret->all[i].automatic)
            (void)map_add(&ret->points, ret->all[i].point, &ret->all[i]);
    for (size_t i = 0; i < ret->n; i++)
        (void)map_add(&ret->points, ret->all[i].point, &ret->all[i]);
    return 0;
}

const struct fstab_line *fstab_at(const struct fstab *fstab, const char *point)
{
    return map_get(&fstab->points, point);
}

char *fstab_not_mounted(int root, const char *point)
{
    CLEANUP(fstab_clear) struct fstab fstab;
    const struct fstab_line *line = fstab_read(root, &fstab) < 0 ? NULL : fstab_at(&fstab, point);
    struct mount_point *mounts = NULL;
    size_t n = 0;
    char *text = NULL;

    if (line && mounts_read(root, MOUNTS_OF_SELF, &mounts, &n) >= 0 && n > 0 &&
        !mounts_at(mounts, n, point))
        text = format("%s is in /etc/fstab:%u%s, but is not mounted", point, line->number,
                      line->noauto ? " with noauto" : "");
    mounts_free(mounts, n);
    return text;
}
