/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "record/traces.h"

/* What becomes of a trace in a recorded tree. */
enum kept {
    KEPT_DIRECTORY,
    KEPT_LINK,
    KEPT_NAME,       /* a file of its size, without content: only what it is called was looked at */
    KEPT_CONTENT,    /* what was read of it */
    KEPT_UNREADABLE, /* a directory, which cannot be read as a file either */
    KEPT_NOTHING,    /* it could not even be looked at */
};

enum kept tree_keeps(const struct trace *trace);

/* Makes the files in `directory`, with owners as far as this user may. 0 or a negative errno. */
int tree_write(int directory, const struct traces *traces);

/* One file more, and the directories that lead to it; one that is there stays. */
int tree_add(int directory, const char *path, const char *text);

/* A new empty directory for a tree, in a directory of its own that nobody else can enter. Gives its
 * path for free(), or NULL with errno; tree_remove() removes both. */
char *tree_make(void);
void tree_remove(const char *path);
