/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* Bytes that were read from a file. */
struct piece {
    uint64_t offset;
    size_t size;
    char *data;
};

/* A file, directory or link that was visited, and what was read from it. */
struct trace {
    char *path; /* relative to the root, without links on the way; "" is the root itself */
    struct stat st;
    char *target;         /* where a link points, or NULL */
    struct piece *pieces; /* in the order in which they were first read */
    size_t n_pieces;
    bool seen;               /* `st` is known */
    bool whole;              /* the pieces are the whole file */
    bool failed;             /* reading it failed */
    bool denied;             /* opening it failed with -EACCES or -EPERM */
    bool cut;                /* not everything that was read was kept */
    size_t hidden, replaced; /* see redact.h */
};

struct traces {
    struct trace *all; /* sorted by path, so that a directory precedes its content */
    size_t n;
    bool full; /* there were more files than MAX_FILES */
};

/* Between traces_begin() and traces_end() everything that is read below a root directory is noted;
 * see base/witness.h. Only one recording at a time. */
void traces_begin(void);

/* Returns what was noted; release it with traces_clear(). */
void traces_end(struct traces *ret_traces);

void traces_clear(struct traces *traces);
