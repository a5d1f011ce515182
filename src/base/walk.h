/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <limits.h>
#include <sys/stat.h>
#include <sys/types.h>

/* How root.c gets from a path to a file. Only for root.c. */

/* -errno; counts what this user may not look at, see root_denials(). */
int walk_error(void);
extern unsigned walk_denials;

/* A walk along a path, one component at a time. */
struct walk {
    int root;
    uid_t owner;         /* the owner of the root directory, who must own everything */
    char done[PATH_MAX]; /* without links, relative to root */
    char todo[PATH_MAX];
    unsigned links;
    struct stat stat; /* of what `done` names */
    char **untrusted; /* NULL if the caller does not ask */
};

/* Follows `path` below `root` to its end, see root_resolve(). 0 or a negative errno. *untrusted may
 * be set even after an error. */
int walk_path(struct walk *walk, int root, const char *path, char **untrusted);

/* Opens the directory that `path` ends in with a single system call, where nobody asks what is on
 * the way: a server has thousands of files in /sys, each below ten directories and links. *ret_name
 * becomes the last component, a part of `path`. Returns a descriptor (O_PATH); -ENOENT if there is
 * no such directory; -EAGAIN if only walk_path() can tell. */
int walk_parent(int root, const char *path, const char **ret_name);
