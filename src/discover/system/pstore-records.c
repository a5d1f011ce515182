/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/pstore-records.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"
#include "facts/log-line.h"

enum {
    MAX_RECORDS = 200,
    MAX_BYTES = 256 * 1024, /* of a record */
    MAX_IDENTITIES = 500,
    ARCHIVE_DEPTH = 3,
};

/* The directories */

typedef void (*take_record)(void *data, int root, const char *path, const char *name);

static bool is_record(const char *name)
{
    return after_prefix(name, "dmesg-") || after_prefix(name, "console-");
}

/* Calls `take` for each record, `depth` directories deep, newest names first. */
static void walk(int root, const char *directory, int depth, take_record take, void *data)
{
    CLEANUP(names_freep) char **names = NULL;
    int n = root_names(root, directory, NULL, PSTORE_NAMES, &names);

    while (n-- > 0) {
        AUTOFREE char *path = format("%s/%s", directory, names[n]);

        if (is_record(names[n]))
            take(data, root, path, names[n]);
        else if (depth > 1)
            walk(root, path, depth - 1, take, data);
    }
}

/* Of a file in the archive. */
static char *identity_by_time(const char *path, const struct stat *st)
{
    return format("%s %" PRId64 ".%09ld", path, (int64_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
}

/* Of a file in the store, whose times may be those of its mounting, and whose path may be used
 * again: FNV-1a over its bytes. */
static char *identity_by_text(const char *path, const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325U;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3U;
    return format("%s %016" PRIx64, path, hash);
}

/* Their contents */

struct reading {
    const char *kind;
    char *const *known;
    bool in_store;
    struct pstore_records *records;
};

static bool is_known(const char *name, char *const *known)
{
    for (; known && *known; known++)
        if (streq(*known, name))
            return true;
    return false;
}

static bool read_head(struct pstore_record *record)
{
    int length = 0;

    if (sscanf(record->text, "%15[A-Za-z]#%9u Part%9u%n", record->kind, &record->count,
               &record->part, &length) != 3 ||
        record->text[length] != '\n')
        return false;
    record->lines = record->text + length + 1;
    return true;
}

/* The console has neither a head nor priorities. */
static bool read_console(struct pstore_record *record)
{
    AUTOFREE char *raw = steal(&record->text);
    char *rest = raw, *line, *at;
    size_t n = 1;

    for (const char *c = raw; *c; c++)
        n += *c == '\n';
    at = record->text = xcalloc(strlen(raw) + 4 * n + 1, 1);
    while ((line = strsep(&rest, "\n")))
        if (*line)
            at += sprintf(at, "<5>%s\n", line);
    strcpy(record->kind, PSTORE_CONSOLE);
    record->part = 1;
    record->lines = record->text;
    return true;
}

static void read_times(struct pstore_record *record)
{
    const char *at = record->lines;
    struct log_line line;

    record->first = record->last = -1;
    while (log_line_next(&at, &line)) {
        if (line.time < 0)
            continue;
        record->first = record->first < 0 ? line.time : record->first;
        record->last = line.time;
    }
}

static int read_text(int root, const char *path, bool in_store, char **ret_text,
                     char **ret_identity)
{
    AUTOCLOSE int fd = root_open(root, path, NULL);
    struct stat st;
    size_t length;
    int r = fd < 0 ? fd : fd_read(fd, MAX_BYTES, ret_text, &length);

    if (r < 0)
        return r;
    if (fstat(fd, &st) < 0)
        return -errno;
    *ret_identity =
        in_store ? identity_by_text(path, *ret_text, length) : identity_by_time(path, &st);
    for (size_t i = 0; i < length; i++)
        if (!(*ret_text)[i])
            (*ret_text)[i] = ' ';
    return 0;
}

static void record_clear(struct pstore_record *record)
{
    free(record->path);
    free(record->identity);
    free(record->text);
}

static void add(void *data, int root, const char *path, const char *name)
{
    const struct reading *reading = data;
    struct pstore_records *records = reading->records;
    struct pstore_record record = {.path = xstrdup(path), .in_store = reading->in_store};
    bool console = !after_prefix(name, "dmesg-");

    if (records->n < MAX_RECORDS && !is_known(name, reading->known) &&
        read_text(root, path, record.in_store, &record.text, &record.identity) >= 0 &&
        !is_known(record.identity, reading->known) &&
        (console ? read_console(&record) : read_head(&record)) &&
        (!reading->kind || streq(record.kind, reading->kind))) {
        read_times(&record);
        *APPEND(records->all, records->n) = record;
        return;
    }
    record_clear(&record);
}

void pstore_records_read(int root, const char *kind, char *const *known, char *const *archived,
                         struct pstore_records *ret)
{
    struct reading reading = {.kind = kind, .known = known, .in_store = true, .records = ret};

    *ret = (struct pstore_records){0};
    walk(root, PSTORE_DIR, 0, add, &reading);
    reading.known = archived;
    reading.in_store = false;
    walk(root, PSTORE_ARCHIVE, ARCHIVE_DEPTH, add, &reading);
}

void pstore_records_clear(struct pstore_records *records)
{
    for (size_t i = 0; i < records->n; i++)
        record_clear(&records->all[i]);
    free(records->all);
    *records = (struct pstore_records){0};
}

const struct pstore_record *pstore_record_neighbour(const struct pstore_records *records,
                                                    const struct pstore_record *part, bool newer)
{
    const struct pstore_record *best = NULL;

    for (size_t i = 0; i < records->n; i++) {
        const struct pstore_record *one = &records->all[i];
        bool numbered = one->in_store == part->in_store && streq(one->kind, part->kind) &&
                        one->count == part->count && one->part + newer == part->part + !newer;
        bool placed = newer ? one->first >= part->last : one->last <= part->first;

        if (!numbered || !placed || one->first < 0 || part->first < 0)
            continue;
        if (!best || (newer ? one->first < best->first : one->last > best->last))
            best = one;
    }
    return best;
}

/* Their identities */

struct identities {
    char **all;
    size_t n;
    bool in_store;
};

static void add_identity(void *data, int root, const char *path, const char *name)
{
    struct identities *identities = data;
    AUTOFREE char *text = NULL, *identity = NULL, *resolved = NULL;
    struct stat st;

    (void)name;
    if (identities->n > MAX_IDENTITIES)
        return;
    if (identities->in_store)
        (void)read_text(root, path, true, &text, &identity);
    else if (root_resolve(root, path, &resolved, &st, NULL) >= 0)
        identity = identity_by_time(path, &st);
    if (identity)
        *APPEND(identities->all, identities->n) = steal(&identity);
}

char **pstore_identities(int root)
{
    struct identities identities = {.in_store = true};
    bool all;

    walk(root, PSTORE_DIR, 0, add_identity, &identities);
    identities.in_store = false;
    walk(root, PSTORE_ARCHIVE, ARCHIVE_DEPTH, add_identity, &identities);
    all = identities.n <= MAX_IDENTITIES;
    (void)APPEND(identities.all, identities.n);
    if (all)
        return identities.all;
    names_free(identities.all);
    return NULL;
}
