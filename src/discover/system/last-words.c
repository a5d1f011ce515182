/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/last-words.h"

#include "base/cmdline.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/system/pstore.h"
#include "facts/log-line.h"

/* Whose log it is: by fastreboot's mark on the command line, which the kernel logs. */
enum owner {
    OWNER_UNKNOWN,
    OWNER_OTHER, /* another attempt's kernel */
    OWNER_SELF,
};

static enum owner owner_of_line(const struct log_line *line, const char *id)
{
    const char *mark = line->by_kernel ? log_line_find(line, CMDLINE_MARK) : NULL;
    size_t length = strlen(id), rest;

    if (!mark)
        return OWNER_UNKNOWN;
    mark += strlen(CMDLINE_MARK);
    rest = (size_t)(line->text + line->length - mark);
    if (rest >= length && strncmp(mark, id, length) == 0 && (rest == length || mark[length] == ' '))
        return OWNER_SELF;
    return OWNER_OTHER;
}

static enum owner owner_of_part(const struct pstore_record *part, const char *id)
{
    const char *at = part->lines;
    enum owner owner = OWNER_UNKNOWN;
    struct log_line line;

    while (owner == OWNER_UNKNOWN && log_line_next(&at, &line))
        owner = owner_of_line(&line, id);
    return owner;
}

/* Of all the parts of a log, from its newest one on. */
static enum owner owner_of(const struct pstore_records *records, const struct pstore_record *newest,
                           const char *id)
{
    enum owner owner = OWNER_UNKNOWN;

    for (const struct pstore_record *part = newest; part && owner == OWNER_UNKNOWN;
         part = pstore_record_neighbour(records, part, false))
        owner = owner_of_part(part, id);
    return owner;
}

static bool is_newest(const struct pstore_records *records, const struct pstore_record *part)
{
    return part->part == 1 || !pstore_record_neighbour(records, part, true);
}

static bool is_panic(const struct pstore_record *record)
{
    return streq(record->kind, PSTORE_PANIC);
}

/* How much a log says: a panic's has the oops before it, too. A console may end anywhere. */
static int rank_of(const struct pstore_record *record)
{
    if (is_panic(record))
        return 3;
    return streq(record->kind, PSTORE_CONSOLE) ? 1 : 2;
}

static bool says_more(const struct pstore_record *a, const struct pstore_record *b)
{
    return !b || rank_of(a) > rank_of(b) || (rank_of(a) == rank_of(b) && a->count > b->count);
}

static void add_parts(const struct pstore_records *records, const struct pstore_record *newest,
                      char ***own, size_t *n)
{
    for (const struct pstore_record *part = newest; part;
         part = pstore_record_neighbour(records, part, false))
        if (part->in_store)
            *APPEND(*own, *n) = xstrdup(part->path);
}

static const struct pstore_record *find_own(const struct pstore_records *records, const char *id,
                                            char ***ret_own)
{
    const struct pstore_record *best = NULL;
    size_t n = 0;

    *ret_own = NULL;
    for (size_t i = 0; i < records->n; i++) {
        const struct pstore_record *one = &records->all[i];

        if (!is_newest(records, one) || owner_of(records, one, id) != OWNER_SELF)
            continue;
        add_parts(records, one, ret_own, &n);
        if (says_more(one, best))
            best = one;
    }
    if (*ret_own)
        (void)APPEND(*ret_own, n);
    return best;
}

/* What no kernel of fastreboot's has marked. The console may still be that of the old kernel. */
static bool is_candidate(const struct pstore_records *records, const struct pstore_record *record,
                         const char *id)
{
    return is_newest(records, record) && !streq(record->kind, PSTORE_CONSOLE) &&
           !streq(record->kind, PSTORE_SHUTDOWN) && owner_of(records, record, id) == OWNER_UNKNOWN;
}

/* With two panics, one is of another boot. */
static const struct pstore_record *find_new(const struct pstore_records *records, const char *id)
{
    const struct pstore_record *best = NULL;
    size_t panics = 0;

    for (size_t i = 0; i < records->n; i++) {
        const struct pstore_record *one = &records->all[i];

        if (!is_candidate(records, one, id))
            continue;
        panics += is_panic(one);
        if (says_more(one, best))
            best = one;
    }
    return panics > 1 ? NULL : best;
}

/* Oldest part first. */
static char *text_of(const struct pstore_records *records, const struct pstore_record *newest)
{
    char *text = xstrdup(newest->lines);

    for (const struct pstore_record *part = newest;
         (part = pstore_record_neighbour(records, part, false));)
        set_text(&text, format("%s%s", part->lines, text));
    return text;
}

void last_words_find(int root, const char *id, char *const *known, struct death_signs *ret,
                     char ***ret_own)
{
    CLEANUP(pstore_facts_clear) struct pstore_facts store;
    CLEANUP(pstore_records_clear) struct pstore_records records;
    const struct pstore_record *found;

    pstore_facts_read(root, &store);
    ret->backend = steal(&store.backend);
    pstore_records_read(root, NULL, known, known, &records);
    found = find_own(&records, id, ret_own);
    ret->marked = found;
    if (!found && known)
        found = find_new(&records, id);
    if (!found)
        return;
    ret->record = xstrdup(strrchr(found->path, '/') + 1);
    ret->panicked = is_panic(found);
    ret->log = text_of(&records, found);
}
