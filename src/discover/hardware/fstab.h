/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"

/* /etc/fstab: what is mounted, and when. */

struct fstab_line {
    unsigned number; /* of the line, from 1 on */
    char *source;    /* as fstab has it: "UUID=..." */
    char *point;
    char *type;
    bool noauto;
    bool automatic; /* at each boot: neither noauto nor when it is first used */
    bool spare;     /* the machine is up without it: nofail. Its disk may be needed all the same. */
};

struct fstab {
    struct fstab_line *all;
    size_t n;
    struct map points; /* for each mount point the first line, an automatic one if there is one */
};

/* 0, or a negative errno such as -ENOENT; release with fstab_clear() in any case. */
int fstab_read(int root, struct fstab *ret);
void fstab_clear(struct fstab *fstab);

/* The line of a mount point, or NULL. */
const struct fstab_line *fstab_at(const struct fstab *fstab, const char *point);

/* Says that a mount point of fstab has nothing mounted, not even an automount; for free(), or NULL
 * if it has, or fstab has no such line, or that is not known. */
char *fstab_not_mounted(int root, const char *point);
