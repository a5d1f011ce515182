/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <sys/stat.h>

/* Files below a root directory. `root` is a descriptor of that directory: "/" on a live machine, a
 * recorded tree in tests and with --root. Paths are meant as a process would see them after
 * chroot(root): an absolute link stays below the root and so does "..".
 *
 * All return 0 or more, or a negative errno. */

/* Follows `path` to its end.
 * ret_path       the path without links, relative to root; the caller frees it
 * ret_stat       the file it ends in, or NULL
 * ret_untrusted  NULL, or where to put the first directory, link or file on the way that belongs
 *                to somebody else than the root directory does, or that group or others may write
 *                (NULL when there is none); the caller frees it */
int root_resolve(int root, const char *path, char **ret_path, struct stat *ret_stat,
                 char **ret_untrusted);

/* Opens a regular file for reading and follows links. Gives a descriptor; -EISDIR for a directory,
 * -EINVAL for anything else that is no regular file. */
int root_open(int root, const char *path, char **ret_untrusted);

/* The same for a device, or the regular file that stands for it in a recorded machine. */
int root_open_device(int root, const char *path);

/* The same for a directory. */
int root_open_directory(int root, const char *path);

/* 1 when something, a dangling link too, is at `path`; 0 when nothing is. */
int root_exists(int root, const char *path);

/* Where the link at `path` points, or -EINVAL when it is none; the caller frees it. */
int root_readlink(int root, const char *path, char **ret_target);

/* The whole file, with a NUL behind it that does not count in ret_length (may be NULL).
 * -EFBIG when it has more than `max` bytes. The caller frees it. */
int root_read(int root, const char *path, size_t max, char **ret_text, size_t *ret_length);

/* The same for a file of which no more than the first `max` bytes are wanted. */
int root_read_start(int root, const char *path, size_t max, char **ret_text, size_t *ret_length);

/* As root_read() for a file that holds one line; the newline is taken off. -EBADMSG on a NUL
 * inside. */
int root_read_line(int root, const char *path, size_t max, char **ret_line);

/* The same for a decimal number, as the files of /proc/sys hold it. -EBADMSG when it is none. */
int root_read_number(int root, const char *path, long *ret_number);

/* The names in directory `path` that `wanted` accepts (NULL: all that start with no dot), sorted by
 * byte value: a NULL-terminated array for names_free(). Gives their number. -E2BIG when more than
 * `max` were found. */
int root_names(int root, const char *path, int (*wanted)(const char *name), size_t max,
               char ***ret_names);
void names_free(char **names);
void names_freep(char ***names);
