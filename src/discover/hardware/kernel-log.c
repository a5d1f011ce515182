/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/kernel-log.h"

#include <errno.h>
#include <fcntl.h>

#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_RECORDS = 100000, /* it is a ring, which may be filled as fast as it is read */
    RECORD = 8192,        /* the kernel's limit */
};

static void count(struct log_count *counts, size_t *n, const char *kind, const char *name,
                  size_t length)
{
    char full[LOG_NAME];

    if (length == 0 || length > 32)
        return;
    snprintf(full, sizeof(full), "%s%.*s", kind, (int)length, name);
    for (size_t i = 0; i < *n; i++)
        if (streq(counts[i].name, full)) {
            counts[i].errors++;
            return;
        }
    if (*n == LOG_NAMES)
        return;
    strcpy(counts[*n].name, full);
    counts[(*n)++].errors = 1;
}

/* The name behind `mark`, up to one of `ends`; NULL where the line has none. */
static const char *name_behind(const char *line, const char *mark, const char *ends,
                               size_t *ret_length)
{
    const char *found = strstr(line, mark);

    if (!found)
        return NULL;
    found += strlen(mark);
    *ret_length = strcspn(found, ends);
    return found;
}

/* A disk that cannot discard says so in such a line too. */
static bool is_read_or_write(const char *line)
{
    const char *operation = strstr(line, " op 0x");

    return !operation || strstr(operation, ":(READ)") || strstr(operation, ":(WRITE)");
}

/* Whether the line says something of a disk, or of a file system. */
static bool count_disk(struct log_counts *counts, const char *line)
{
    static const char *const MARKS[] = {"I/O error, dev ", "critical medium error, dev "};
    bool counted = false;

    for (size_t i = 0; i < ELEMENTS(MARKS); i++) {
        size_t length;
        const char *name = name_behind(line, MARKS[i], ", ", &length);

        if (!name || !is_read_or_write(line))
            continue;
        count(counts->disks, &counts->n_disks, "", name, length);
        counted = true;
    }
    return counted;
}

static bool count_file_system(struct log_counts *counts, const char *line)
{
    size_t length;
    const char *name = name_behind(line, "XFS (", ")", &length);

    if (!name || (!strstr(line, "orruption ") && !strstr(line, "metadata I/O error") &&
                  !strstr(line, "Shutting down filesystem")))
        return false;
    count(counts->file_systems, &counts->n_file_systems, "XFS on ", name, length);
    return true;
}

/* A record is "priority,sequence,microseconds,flags;text", and lines of properties that start with
 * a blank. Only the kernel writes records of a priority below 8; programs may write anything. */
static void take(int fd, struct log_counts *counts, char *record)
{
    char *rest = NULL;

    for (char *line = strtok_r(record, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const char *text = strchr(line, ';');
        long priority = strtol(line, NULL, 10);

        if (*line == ' ' || !text || priority < 0 || priority > 7)
            continue;
        if (count_disk(counts, text + 1) || count_file_system(counts, text + 1)) {
            fd_tell(fd, line, strlen(line));
            fd_tell(fd, "\n", 1);
        }
    }
}

/* One record of /dev/kmsg; of a plain file, as many lines as fit. 1, 0 at the end, or a negative
 * errno. */
static int next(int fd, char text[RECORD + 1])
{
    ssize_t n = read(fd, text, RECORD);

    if (n < 0 && errno == EPIPE) /* it was overwritten; the next ones are there */
        n = 1, text[0] = '\n';
    if (n < 0)
        return errno == EAGAIN ? 0 : -errno;
    text[n] = 0;
    if (n == RECORD && strrchr(text, '\n')) {
        char *end = strrchr(text, '\n') + 1;

        /* In a file, back to the end of the last whole line; a record is never that long. */
        (void)lseek(fd, (off_t)(end - text) - n, SEEK_CUR);
        *end = 0;
    }
    return n > 0;
}

int kernel_log_count(int root, struct log_counts *ret)
{
    AUTOCLOSE int fd = root_open_device(root, "dev/kmsg");
    char text[RECORD + 1];
    int r = 1;

    *ret = (struct log_counts){0};
    if (fd < 0)
        return fd == -ENOENT ? 0 : fd;
    for (int i = 0; r > 0 && i < MAX_RECORDS; i++) {
        r = next(fd, text);
        if (r > 0)
            take(fd, ret, text);
    }
    return r < 0 ? r : 0;
}
