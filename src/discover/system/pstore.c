/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/pstore.h"

#include <errno.h>

#include "base/mounts.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/system/trace-log.h"

#define BACKEND "sys/module/pstore/parameters/backend"
#define MAXIMUM "sys/module/pstore/parameters/kmsg_bytes"
#define RAM_REASONS "sys/module/ramoops/parameters/max_reason"

enum {
    MAX_RECORDS = 200,
    MAX_NAMES = 2000,
    MAX_BYTES = 256 * 1024, /* of a record */
    USUAL = 10240,          /* CONFIG_PSTORE_DEFAULT_KMSG_BYTES */
    SHUTDOWNS = 4,          /* KMSG_DUMP_SHUTDOWN */
};

/* The store */

static enum pstore_kind kind_of(const char *backend)
{
    static const struct {
        const char *name;
        enum pstore_kind kind;
    } KINDS[] = {
        {"erst", PSTORE_ERST},
        {"efi", PSTORE_EFI},
        {"efi_pstore", PSTORE_EFI},
        {"ramoops", PSTORE_RAM},
    };

    for (size_t i = 0; backend && i < ELEMENTS(KINDS); i++)
        if (streq(backend, KINDS[i].name))
            return KINDS[i].kind;
    return backend ? PSTORE_OTHER : PSTORE_NONE;
}

/* Bytes that a mount option "kmsg_bytes=" sets, or else the parameter, which old kernels do not
 * have. */
static unsigned long maximum_of(int root, const char *options)
{
    static const char KEY[] = "kmsg_bytes=";
    const char *option = options ? strstr(options, KEY) : NULL;
    long number;

    if (option)
        return strtoul(option + strlen(KEY), NULL, 10);
    return root_read_number(root, MAXIMUM, &number) >= 0 && number > 0 ? (unsigned long)number
                                                                       : USUAL;
}

static void read_mount(int root, struct pstore_facts *ret)
{
    struct mount_point *mounts;
    const struct mount_point *mount;
    size_t n;

    (void)mounts_read(root, "proc/self/mountinfo", &mounts, &n);
    mount = mounts_at(mounts, n, "/" PSTORE_DIR);
    ret->mounted = mount && streq(mount->type, "pstore");
    ret->maximum = maximum_of(root, ret->mounted ? mount->options : NULL);
    ret->flags = ret->mounted ? xstrdup(mount->flags) : NULL;
    mounts_free(mounts, n);
}

void pstore_facts_read(int root, struct pstore_facts *ret)
{
    AUTOFREE char *backend = NULL;
    long reasons = 0;

    *ret = (struct pstore_facts){0};
    if (root_read_line(root, BACKEND, 256, &backend) >= 0 && *backend && !streq(backend, "(null)"))
        ret->backend = steal(&backend);
    ret->kind = kind_of(ret->backend);
    read_mount(root, ret);
    /* Memory takes panics alone unless it is told otherwise; 0 leaves it to always_kmsg_dump. */
    ret->takes_shutdowns =
        ret->kind != PSTORE_RAM || (root_read_number(root, RAM_REASONS, &reasons) >= 0 &&
                                    (reasons == 0 || reasons >= SHUTDOWNS));
}

void pstore_facts_clear(struct pstore_facts *facts)
{
    free(facts->backend);
    free(facts->flags);
    *facts = (struct pstore_facts){0};
}

/* The records */

/* One part of a kernel's log, which begins with "Shutdown#1 Part2". The first part is the newest.
 */
struct record {
    char *path;
    char *text;
    const char *lines; /* after that line */
    bool in_store;
    unsigned count, part;
    int64_t first, last; /* the times of its lines; -1 if it has none */
};

struct records {
    struct record *all;
    size_t n;
};

static void records_clear(struct records *records)
{
    for (size_t i = 0; i < records->n; i++) {
        free(records->all[i].path);
        free(records->all[i].text);
    }
    free(records->all);
    *records = (struct records){0};
}

/* Only of a shutdown: what a panic left is not what was asked for, even if it is of this boot. */
static bool read_head(struct record *record)
{
    int length = 0;

    if (sscanf(record->text, "Shutdown#%9u Part%9u%n", &record->count, &record->part, &length) !=
            2 ||
        record->text[length] != '\n')
        return false;
    record->lines = record->text + length + 1;
    return true;
}

static void read_times(struct record *record)
{
    const char *at = record->lines;
    struct log_line line;

    record->first = record->last = -1;
    while (trace_log_line(&at, &line)) {
        if (line.time < 0)
            continue;
        record->first = record->first < 0 ? line.time : record->first;
        record->last = line.time;
    }
}

static void add(int root, const char *path, bool in_store, struct records *records)
{
    struct record record = {.path = xstrdup(path), .in_store = in_store};

    if (records->n < MAX_RECORDS && root_read(root, path, MAX_BYTES, &record.text, NULL) >= 0 &&
        read_head(&record)) {
        read_times(&record);
        *APPEND(records->all, records->n) = record;
        return;
    }
    free(record.path);
    free(record.text);
}

static bool is_known(const char *name, char *const *known)
{
    for (; known && *known; known++)
        if (streq(*known, name))
            return true;
    return false;
}

/* Looks `depth` directories deep, newest names first. */
static void add_all(int root, const char *directory, int depth, char *const *known,
                    struct records *records)
{
    CLEANUP(names_freep) char **names = NULL;
    int n = root_names(root, directory, NULL, MAX_NAMES, &names);

    while (n-- > 0 && records->n < MAX_RECORDS) {
        AUTOFREE char *path = format("%s/%s", directory, names[n]);

        if (is_known(names[n], known))
            continue;
        if (after_prefix(names[n], "dmesg-"))
            add(root, path, depth == 0, records);
        else if (depth > 1)
            add_all(root, path, depth - 1, known, records);
    }
}

static const struct record *find_mark(const struct records *records, const char *id)
{
    for (size_t i = 0; i < records->n; i++) {
        const char *at = records->all[i].lines;
        struct log_line line;

        while (trace_log_line(&at, &line))
            if (trace_log_is_mark(&line, id))
                return &records->all[i];
    }
    return NULL;
}

/* The part of the same log that comes right after `part` (`newer`), or before it. In the archive,
 * other boots may have left parts with the same numbers: theirs are of other times. */
static const struct record *neighbour(const struct records *records, const struct record *part,
                                      bool newer)
{
    const struct record *best = NULL;

    for (size_t i = 0; i < records->n; i++) {
        const struct record *one = &records->all[i];
        bool numbered = one->in_store == part->in_store && one->count == part->count &&
                        one->part + newer == part->part + !newer;
        bool placed = newer ? one->first >= part->last : one->last <= part->first;

        if (!numbered || !placed || one->first < 0 || part->first < 0)
            continue;
        if (!best || (newer ? one->first < best->first : one->last > best->last))
            best = one;
    }
    return best;
}

/* The oldest part of the only log in the store; NULL if there are several. */
static const struct record *find_new(const struct records *records)
{
    const struct record *newest = NULL, *part, *oldest;

    for (size_t i = 0; i < records->n; i++) {
        const struct record *one = &records->all[i];

        if (!one->in_store || one->part != 1)
            continue;
        if (newest)
            return NULL;
        newest = one;
    }
    for (oldest = part = newest; part; part = neighbour(records, part, false))
        oldest = part;
    return oldest;
}

static void note_own(const struct record *record, char ***own, size_t *n)
{
    if (record->in_store)
        *APPEND(*own, *n) = xstrdup(record->path);
}

char **pstore_names(int root)
{
    char **names;

    return root_names(root, PSTORE_DIR, NULL, MAX_NAMES, &names) < 0 ? NULL : names;
}

void pstore_find(int root, const char *id, char *const *known, bool unmarked, char **ret_log,
                 char ***ret_own)
{
    CLEANUP(records_clear) struct records records = {0};
    const struct record *first, *part;
    size_t n = 0;

    *ret_log = xstrdup("");
    *ret_own = NULL;
    add_all(root, PSTORE_DIR, 0, known, &records);
    add_all(root, PSTORE_ARCHIVE, 3, NULL, &records);
    first = find_mark(&records, id);
    if (!first && known && unmarked)
        first = find_new(&records);
    for (part = first; part; part = neighbour(&records, part, true)) {
        append_text(ret_log, "", part->lines);
        note_own(part, ret_own, &n);
    }
    for (part = first; part && (part = neighbour(&records, part, false));)
        note_own(part, ret_own, &n);
    if (*ret_own)
        (void)APPEND(*ret_own, n);
}
