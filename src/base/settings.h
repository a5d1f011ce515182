/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files of "key = value" lines, with or without [sections], as inih reads them: for settings and
 * for quirks. Only root may be able to change them. */

/* A line of a file. */
struct setting {
    const char *file; /* absolute, below the root */
    const char *section;
    const char *key;
    const char *value;
};

/* Takes a line: 1; or 0 when it is refused, with the problem in words, which the reader frees and
 * to which it adds file and line. */
typedef int (*settings_take)(void *data, const struct setting *setting, char **ret_problem);

/* Reads the file at `path` (relative to the root), a missing one as an empty one.
 * 0; or a negative errno with *ret_error in words, which the caller frees: -EBADMSG for what is in
 * the file, another one where it cannot be read or must not be trusted
 * (-EUCLEAN). */
int settings_read(int root, const char *path, settings_take take, void *data, char **ret_error);

/* The same with the text of a file. */
int settings_parse(const char *file, const char *text, settings_take take, void *data,
                   char **ret_error);

/* As settings_read() with every *.conf in a directory, in the byte order of their names. */
int settings_read_directory(int root, const char *path, settings_take take, void *data,
                            char **ret_error);
