/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* Files below a root directory. `root` is a descriptor of that directory: "/" on a live machine, a
 * recorded tree in tests and with --root. Paths are what a process would see after chroot(root):
 * neither absolute links nor ".." lead out of the root.
 *
 * All functions return 0 or more, or a negative errno. */

/* Whether `root` is this process's own root directory: only then do system calls concern the same
 * machine as the files. */
bool root_is_live(int root);

/* Follows `path` to its end.
 * ret_path       the path without links, relative to root; the caller frees it
 * ret_stat       the file at its end; may be NULL
 * ret_untrusted  the first directory, link or file on the way that does not belong to the owner of
 *                the root directory, or is writable by group or others; NULL if there is none; the
 *                caller frees it. May be NULL. */
int root_resolve(int root, const char *path, char **ret_path, struct stat *ret_stat,
                 char **ret_untrusted);

/* How often this user was not allowed to look at something. If the number grows while several
 * readers look for a thing, what they did not find may be there for root. */
unsigned root_denials(void);

/* Opens a regular file for reading and follows links. Returns a descriptor; -EISDIR for a
 * directory, -EINVAL for anything else that is not a regular file. */
int root_open(int root, const char *path, char **ret_untrusted);

/* The same for a device, or for the regular file that stands for it in a recorded machine. */
int root_open_device(int root, const char *path);

/* The same for a directory. */
int root_open_directory(int root, const char *path);

/* Returns 1 if `path` exists, even as a dangling link, or 0. */
int root_exists(int root, const char *path);

/* The target of the link at `path`; -EINVAL if it is not a link. The caller frees it. */
int root_readlink(int root, const char *path, char **ret_target);

/* Reads the whole file. The text is NUL-terminated; ret_length (may be NULL) does not count the
 * NUL. -EFBIG if the file is larger than `max` bytes. The caller frees the text. */
int root_read(int root, const char *path, size_t max, char **ret_text, size_t *ret_length);

/* The same for a file that decides which kernel is started. -EUCLEAN if users other than root could
 * change it, with the reason in *ret_untrusted, which the caller frees; otherwise that is NULL. */
int root_read_trusted(int root, const char *path, size_t max, char **ret_text, size_t *ret_length,
                      char **ret_untrusted);

/* As root_read(), but reads at most the first `max` bytes. */
int root_read_start(int root, const char *path, size_t max, char **ret_text, size_t *ret_length);

/* As root_read() for a file of one line; removes the newline. -EBADMSG if the line contains a
 * NUL. */
int root_read_line(int root, const char *path, size_t max, char **ret_line);

/* The same for a decimal number, as in the files of /proc/sys. -EBADMSG if it is not a number. */
int root_read_number(int root, const char *path, long *ret_number);

/* The names in directory `path` that `wanted` accepts (NULL: all that do not start with a dot),
 * sorted by byte value, as a NULL-terminated array for names_free(). Returns their number; -E2BIG
 * if there are more than `max`. */
int root_names(int root, const char *path, int (*wanted)(const char *name), size_t max,
               char ***ret_names);
void names_free(char **names);
void names_freep(char ***names);
