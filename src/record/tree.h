/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "record/traces.h"

/* What a trace becomes in a recorded tree. */
enum kept {
    KEPT_DIRECTORY,
    KEPT_LINK,
    KEPT_NAME,       /* a sparse file of the same size: only its name mattered */
    KEPT_CONTENT,    /* what was read from it */
    KEPT_UNREADABLE, /* a directory, so that reading it as a file fails, too */
    KEPT_NOTHING,    /* nothing: it could not even be examined */
};

enum kept tree_keeps(const struct trace *trace);

/* Creates the files in `directory`, with owners as far as this user may. 0 or a negative errno. */
int tree_write(int directory, const struct traces *traces);

/* Adds a file and the directories that lead to it, unless it exists. */
int tree_add(int directory, const char *path, const char *text);

/* Creates an empty directory for a tree, inside a directory that nobody else can enter. Returns its
 * path, which the caller frees, or NULL with errno; tree_remove() removes both. */
char *tree_make(void);
void tree_remove(const char *path);
