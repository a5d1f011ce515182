/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/death.h"

#include <errno.h>

#include "act/journal.h"
#include "act/keep.h"
#include "act/tracing.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "decide/death.h"
#include "discover/hardware/watchdogs.h"
#include "discover/system/boot-log.h"
#include "discover/system/last-words.h"
#include "discover/system/pstore-records.h"
#include "reboot/times.h"

enum {
    ALL_BYTES = 1024 * 1024, /* that all of them may have */
};

void death_prepare(int root, struct attempt *attempt)
{
    names_free(attempt->records);
    attempt->records = pstore_identities(root);
    set_text(&attempt->watchdog, watchdogs_reset(root));
}

/* The file of attempt `id`; NULL for what is no name of a file. */
static char *path_of(const char *id)
{
    return *id && !strchr(id, '/') && *id != '.' ? format(STATE_DEATHS "/%s", id) : NULL;
}

int death_read(int root, const char *id, struct death *ret)
{
    AUTOJSON struct json_object *object = NULL;
    AUTOFREE char *path = path_of(id);
    int r = path ? json_read(root, path, &object) : -ENOENT;

    *ret = (struct death){0};
    if (r >= 0)
        r = death_from_json(object, ret);
    if (r >= 0 && !streq(ret->id, id))
        r = -EBADMSG;
    return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

static void read_signs(int root, const struct attempt *attempt, const struct boot_facts *boot,
                       struct death_signs *ret)
{
    CLEANUP(names_freep) char **own = NULL;

    last_words_find(root, attempt->id, attempt->records, ret, &own);
    ret->watchdog = watchdogs_reset(root);
    ret->claimed = attempt->watchdog; /* a driver may say the same for ever */
    ret->status = boot->boot_id ? boot_log_reset_status(root, boot->boot_id) : -1;
    ret->stopped = attempt->state == ATTEMPT_LOADED && times_lacks_jump(root, attempt);
    ret->refused = attempt->state == ATTEMPT_FAILED;
}

void death_find(int root, const struct attempt *attempt, const struct boot_facts *boot,
                struct death *ret)
{
    CLEANUP(death_signs_clear) struct death_signs signs = {0};

    if (death_read(root, attempt->id, ret) > 0)
        return;
    death_clear(ret);
    read_signs(root, attempt, boot, &signs);
    death_judge(attempt->id, &signs, ret);
}

bool death_look_again(int root, struct death *death)
{
    CLEANUP(death_signs_clear) struct death_signs signs = {.status = -1};
    struct death again;

    if (death->kind != DEATH_UNKNOWN || death->claimed)
        return false;
    signs.watchdog = watchdogs_reset(root);
    if (!signs.watchdog)
        return false;
    signs.record = xstrdup(death->record);
    signs.marked = death->marked;
    signs.log = xstrdup(death->log);
    death_judge(death->id, &signs, &again);
    death_clear(death);
    *death = again;
    return true;
}

static void tell(const struct death *death, const struct boot_record *record)
{
    if (death->text)
        journal_tell_record(EVENT_LAST_WORDS, LOG_WARNING, record, "%s (%s)%s", death->text,
                            death->evidence, death->log ? "; see `fastreboot why`" : "");
}

void death_keep(int root, const struct death *death, const struct boot_record *record)
{
    AUTOJSON struct json_object *object = NULL;
    CLEANUP(death_clear) struct death before = {0};
    AUTOFREE char *path = path_of(death->id);
    int r;

    if (!path || (death_read(root, death->id, &before) > 0 && before.kind == death->kind))
        return;
    object = death_to_json(death);
    r = keep_json(root, STATE_DEATHS, path, object, ALL_BYTES);
    if (r < 0)
        journal_trouble("/" STATE_DEATHS, r);
    tell(death, record);
}

void death_clean(int root, const struct attempt *attempt)
{
    CLEANUP(death_signs_clear) struct death_signs signs = {0};
    CLEANUP(death_clear) struct death kept;
    CLEANUP(names_freep) char **own = NULL;

    if (death_read(root, attempt->id, &kept) <= 0 || !kept.marked)
        return;
    last_words_find(root, attempt->id, NULL, &signs, &own);
    for (char **path = own; path && *path; path++) {
        AUTOFREE char *what = format("/%s", *path);
        int r = tracing_remove(root, *path);

        if (r < 0)
            journal_trouble(what, r);
    }
}
