/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* Bytes that were read of a file. */
struct piece {
    uint64_t offset;
    size_t size;
    char *data;
};

/* A file, directory or link that was looked at, and what was read of it. */
struct trace {
    char *path; /* relative to the root, without links on the way; "" is the root */
    struct stat st;
    char *target;         /* where a link points, else NULL */
    struct piece *pieces; /* in the order they were first read */
    size_t n_pieces;
    bool seen;               /* `st` is known */
    bool whole;              /* the pieces are all that the file has */
    bool failed;             /* reading gave an error */
    bool denied;             /* opening gave -EACCES */
    bool cut;                /* not everything that was read is kept */
    size_t hidden, replaced; /* see redact.h */
};

struct traces {
    struct trace *all; /* by path, so that a directory stands before what it holds */
    size_t n;
    bool full; /* there were more files than are kept */
};

/* From traces_begin() to traces_end() everything read below a root directory is noted; see
 * base/witness.h. Only one at a time can be under way. */
void traces_begin(void);

/* Gives what was noted; release it with traces_clear(). */
void traces_end(struct traces *ret_traces);

void traces_clear(struct traces *traces);
