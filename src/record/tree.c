/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>

#include "base/fd.h"
#include "base/util.h"
#include "base/witness.h"

enum kept tree_keeps(const struct trace *trace)
{
    if (!trace->seen)
        return KEPT_NOTHING;
    if (trace->target)
        return KEPT_LINK;
    if (S_ISDIR(trace->st.st_mode))
        return KEPT_DIRECTORY;
    if (trace->n_pieces || trace->whole)
        return KEPT_CONTENT;
    return trace->failed ? KEPT_UNREADABLE : KEPT_NAME;
}

/* The size of a file in sysfs is always a page, and of one in /proc 0. */
static bool has_true_size(const struct trace *trace)
{
    return S_ISREG(trace->st.st_mode) && !trace->whole && !after_prefix(trace->path, "sys/") &&
           !after_prefix(trace->path, "proc/");
}

static int write_pieces(int fd, const struct trace *trace)
{
    off_t end = has_true_size(trace) ? trace->st.st_size : 0, behind = 0;

    for (size_t i = 0; i < trace->n_pieces; i++) {
        const struct piece *piece = &trace->pieces[i];
        off_t at = piece->offset == WITNESS_APPEND ? behind : (off_t)piece->offset;
        int r = lseek(fd, at, SEEK_SET) < 0 ? -errno : fd_write(fd, piece->data, piece->size);

        if (r < 0)
            return r;
        behind = at + (off_t)piece->size;
        end = behind > end ? behind : end;
    }
    return ftruncate(fd, end) < 0 ? -errno : 0;
}

static int write_file(int directory, const struct trace *trace)
{
    AUTOCLOSE int fd =
        openat(directory, trace->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    return fd < 0 ? -errno : write_pieces(fd, trace);
}

static int write_trace(int directory, const struct trace *trace)
{
    switch (tree_keeps(trace)) {
    case KEPT_LINK:
        return symlinkat(trace->target, directory, trace->path) < 0 ? -errno : 0;
    case KEPT_DIRECTORY:
    case KEPT_UNREADABLE:
        if (*trace->path && mkdirat(directory, trace->path, 0700) < 0 && errno != EEXIST)
            return -errno;
        return 0;
    case KEPT_NAME:
    case KEPT_CONTENT:
        return write_file(directory, trace);
    default:
        return 0;
    }
}

/* Owner and mode, as some readers check them. */
static int set_rights(int directory, const struct trace *trace)
{
    const char *path = *trace->path ? trace->path : ".";
    enum kept kept = tree_keeps(trace);
    mode_t needed = kept == KEPT_DIRECTORY || kept == KEPT_UNREADABLE ? 0500 : 0400;

    if (kept == KEPT_NOTHING)
        return 0;
    if (fchownat(directory, path, trace->st.st_uid, trace->st.st_gid, AT_SYMLINK_NOFOLLOW) < 0 &&
        errno != EPERM)
        return -errno;
    if (kept == KEPT_LINK)
        return 0;
    return fchmodat(directory, path, (trace->st.st_mode & 0777) | needed, 0) < 0 ? -errno : 0;
}

int tree_write(int directory, const struct traces *traces)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < traces->n; i++) {
        r = write_trace(directory, &traces->all[i]);
        if (r == -ENOENT && traces->full) /* its directory was one too many */
            r = 0;
    }
    /* Content before its directory, which may become read-only. */
    for (size_t i = traces->n; r >= 0 && i-- > 0;) {
        r = set_rights(directory, &traces->all[i]);
        if (r == -ENOENT && traces->full)
            r = 0;
    }
    return r;
}

int tree_add(int directory, const char *path, const char *text)
{
    AUTOFREE char *up = xstrdup(path);
    AUTOCLOSE int fd = -1;

    for (char *slash = strchr(up, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdirat(directory, up, 0755) < 0 && errno != EEXIST)
            return -errno;
        *slash = '/';
    }
    fd = openat(directory, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return errno == EEXIST ? 0 : -errno;
    return fd_write(fd, text, strlen(text));
}

char *tree_make(void)
{
    const char *where = getenv("TMPDIR");
    AUTOFREE char *outer = format("%s/fastreboot-XXXXXX", where && *where == '/' ? where : "/tmp");
    char *tree;

    if (!mkdtemp(outer))
        return NULL;
    tree = format("%s/tree", outer);
    if (mkdir(tree, 0755) == 0)
        return tree;
    free(tree);
    return NULL;
}

static int open_up(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)at;
    if (type == FTW_D || type == FTW_DNR)
        (void)chmod(path, 0700);
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    (void)remove(path);
    return 0;
}

void tree_remove(const char *path)
{
    AUTOFREE char *outer = xstrndup(path, (size_t)(strrchr(path, '/') - path));

    (void)nftw(outer, open_up, 16, FTW_PHYS);
    (void)nftw(outer, remove_one, 16, FTW_PHYS | FTW_DEPTH);
}
