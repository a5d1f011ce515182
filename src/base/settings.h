/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Files of "key = value" lines, with or without [sections], parsed by inih: settings and quirks.
 * Only root may be able to change them. */

/* A line of a file. */
struct setting {
    const char *file; /* absolute, below the root */
    int line;         /* from 1 on */
    int section_line; /* where the section starts */
    const char *section;
    const char *key;
    const char *value;
};

/* Accepts a line (1) or rejects it (0) with a description of the problem. The reader frees it,
 * after adding file and line. */
typedef int (*settings_take)(void *data, const struct setting *setting, char **ret_problem);

/* Reads the file at `path` (relative to the root); a missing file counts as empty, and so does a
 * link to /dev/null. Returns 0, or a negative errno and a message in *ret_error, which the caller
 * frees: -EBADMSG if the content is wrong, -EUCLEAN if the file must not be trusted, another errno
 * if it cannot be read. */
int settings_read(int root, const char *path, settings_take take, void *data, char **ret_error);

/* The same for the text of a file. */
int settings_parse(const char *file, const char *text, settings_take take, void *data,
                   char **ret_error);

/* Whether nothing exists at the path. A dangling link on the way counts as something: it was meant
 * to lead to a file that somebody wrote. */
bool settings_are_absent(int root, const char *path);

/* Whether the path is a link to /dev/null. *ret_untrusted, which the caller frees, is as
 * root_resolve() has it, except for /dev/null itself: anybody may write to it, and to no effect. */
bool settings_are_masked(int root, const char *path, char **ret_untrusted);

/* What stands before a "=" in a value, if that is one word, for the caller to free; or NULL. If it
 * is a key, its line is indented by mistake and continues the value above it. */
char *settings_indented_key(const char *value);
