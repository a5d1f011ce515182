/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/traces.h"

#include <errno.h>
#include <search.h>

#include "base/util.h"
#include "base/witness.h"

enum {
    MAX_FILES = 200 * 1000,
    MAX_BYTES = 64 * 1024 * 1024, /* in total */
    MAX_FDS = 1024,
};

static struct {
    void *tree; /* of tsearch(), by path */
    size_t n;
    size_t bytes;
    bool full;
    struct {
        struct trace *trace;
        dev_t device; /* of the opened file: the descriptor may since have been reused */
        ino_t inode;
    } fds[MAX_FDS];
} state;

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct trace *)a)->path, ((const struct trace *)b)->path);
}

/* Finds or adds the trace of the path; NULL if there are too many. */
static struct trace *trace_of(const char *path)
{
    struct trace key = {.path = (char *)path}, **found = tfind(&key, &state.tree, compare), *trace;

    if (found)
        return *found;
    if (state.n == MAX_FILES) {
        state.full = true;
        return NULL;
    }
    trace = xcalloc(1, sizeof(*trace));
    trace->path = xstrdup(path);
    if (!tsearch(trace, &state.tree, compare))
        out_of_memory();
    state.n++;
    return trace;
}

static struct trace *trace_of_fd(int fd)
{
    struct stat st;

    if (fd < 0 || fd >= MAX_FDS || !state.fds[fd].trace || fstat(fd, &st) < 0)
        return NULL;
    return st.st_dev == state.fds[fd].device && st.st_ino == state.fds[fd].inode
               ? state.fds[fd].trace
               : NULL;
}

static void drop_pieces(struct trace *trace)
{
    for (size_t i = 0; i < trace->n_pieces; i++) {
        state.bytes -= trace->pieces[i].size;
        free(trace->pieces[i].data);
    }
    free(trace->pieces);
    trace->pieces = NULL;
    trace->n_pieces = 0;
}

static void saw(const char *path, const struct stat *st, const char *target)
{
    struct trace *trace = trace_of(path);

    if (!trace)
        return;
    trace->seen = true;
    trace->st = *st;
    set_text(&trace->target, xstrdup(target));
}

static void opened(const char *path, int fd)
{
    struct trace *trace = trace_of(path);
    struct stat st;

    if (!trace)
        return;
    trace->denied = fd == -EACCES || fd == -EPERM;
    trace->failed = fd < 0;
    if (fd < 0 || fd >= MAX_FDS || fstat(fd, &st) < 0)
        return;
    state.fds[fd].trace = trace;
    state.fds[fd].device = st.st_dev;
    state.fds[fd].inode = st.st_ino;
    if (trace->n_pieces && trace->pieces[0].offset == WITNESS_APPEND)
        drop_pieces(trace); /* it is read again from the start */
}

/* Where to store the bytes: the piece with the same offset and size, if they were read before. */
static struct piece *piece_for(struct trace *trace, uint64_t offset, size_t size)
{
    for (size_t i = 0; i < trace->n_pieces && offset != WITNESS_APPEND; i++)
        if (trace->pieces[i].offset == offset && trace->pieces[i].size == size) {
            state.bytes -= size;
            return &trace->pieces[i];
        }
    return APPEND(trace->pieces, trace->n_pieces);
}

static void took(int fd, uint64_t offset, const void *data, size_t size, bool whole)
{
    struct trace *trace = trace_of_fd(fd);
    struct piece *piece;

    if (!trace || (trace->whole && !whole))
        return;
    if (whole)
        drop_pieces(trace);
    trace->whole = whole;
    trace->failed = false;
    if (size > MAX_BYTES - state.bytes) {
        trace->cut = true;
        return;
    }
    piece = piece_for(trace, offset, size);
    free(piece->data);
    *piece = (struct piece){.offset = offset, .size = size, .data = xcalloc(1, size + 1)};
    memcpy(piece->data, data, size);
    state.bytes += size;
}

static void failed(int fd)
{
    struct trace *trace = trace_of_fd(fd);

    if (trace)
        trace->failed = true;
}

void traces_begin(void)
{
    static const struct witness RECORDER = {saw, opened, took, failed};

    memset(&state, 0, sizeof(state));
    witness = &RECORDER;
}

static void collect(const void *node, VISIT which, void *data)
{
    struct traces *traces = data;

    if (which == postorder || which == leaf)
        traces->all[traces->n++] = **(struct trace *const *)node;
}

void traces_end(struct traces *ret_traces)
{
    witness = NULL;
    *ret_traces = (struct traces){.full = state.full};
    ret_traces->all = xcalloc(state.n + 1, sizeof(*ret_traces->all));
    twalk_r(state.tree, collect, ret_traces);
    tdestroy(state.tree, free);
    state.tree = NULL;
}

void traces_clear(struct traces *traces)
{
    for (size_t i = 0; i < traces->n; i++) {
        struct trace *trace = &traces->all[i];

        for (size_t j = 0; j < trace->n_pieces; j++)
            free(trace->pieces[j].data);
        free(trace->pieces);
        free(trace->target);
        free(trace->path);
    }
    free(traces->all);
    *traces = (struct traces){0};
}
