/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <limits.h>
#include <sys/stat.h>
#include <sys/types.h>

/* How root.c gets from a path to a file: for nobody else. */

/* A walk along a path, one component at a time. */
struct walk {
    int root;
    uid_t owner;         /* who must own everything: the owner of the root directory */
    char done[PATH_MAX]; /* without links, relative to root */
    char todo[PATH_MAX];
    unsigned links;
    struct stat stat; /* of what `done` names */
    char **untrusted; /* NULL when nobody asks */
};

/* Goes along `path` below `root` to its end, as root_resolve() says. 0 or a negative errno; after
 * an error *untrusted may be set all the same. */
int walk_path(struct walk *walk, int root, const char *path, char **untrusted);
