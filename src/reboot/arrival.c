/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/arrival.h"

#include "act/journal.h"
#include "base/clock.h"
#include "base/paths.h"
#include "base/util.h"
#include "decide/death.h"
#include "decide/judge.h"
#include "discover/system/boot.h"
#include "reboot/baseline.h"
#include "reboot/death.h"
#include "reboot/health.h"
#include "reboot/records.h"
#include "reboot/times.h"

/* The order of the writes is the promise. What a kernel left behind is kept first, and a failure
 * remembered; then the history has what
 * came of this attempt, which keeps it from being judged twice; then this boot counts as judged;
 * then the store is cleared of what was kept; and then the attempt goes. Whoever is killed in
 * between is followed by this program in the same boot, or by the next boot, and both end where one
 * without interruption would have. */

/* Only where the kernel was left to itself: it is not to blame for a load or jump that failed. */
static bool is_kernels_fault(const struct attempt *attempt, const struct boot_record *record)
{
    return record->outcome == OUTCOME_FAILED &&
           (attempt->state == ATTEMPT_LOADED || attempt->state == ATTEMPT_CHECKING);
}

static void tell(const struct boot_record *record)
{
    int priority = record->outcome == OUTCOME_FAILED ? LOG_WARNING : LOG_NOTICE;

    journal_tell_record(EVENT_LAST_REBOOT, priority, record, "last reboot: %s", record->text);
}

/* "failed: " goes without saying among the kernels that failed. */
static const char *without_outcome(const char *text)
{
    const char *rest = after_prefix(text, "failed: ");

    return rest ? rest : text;
}

/* A reboot that was decided for the firmware says nothing of the load, which it may have left out
 * for that very reason. */
static void count_load(int root, const struct attempt *attempt)
{
    if (attempt->state != ATTEMPT_FIRMWARE)
        records_count_load(root, attempt->state == ATTEMPT_BEGUN ? attempt->id : NULL);
}

/* What the kernel has left behind, if this was one. It is in the record's text, too. */
static void explain(int root, const struct attempt *attempt, const struct boot_facts *boot,
                    struct boot_record *record)
{
    CLEANUP(death_clear) struct death death = {0};

    if (!attempt || record->outcome != OUTCOME_FAILED || attempt->state == ATTEMPT_BEGUN)
        return;
    death_find(root, attempt, boot, &death);
    death_explain(&death, record);
    death_keep(root, &death, record);
}

/* `attempt` may be NULL. */
static int judge_boot(int root, struct attempt *attempt, const struct boot_facts *boot)
{
    CLEANUP(boot_record_clear) struct boot_record record = {0};
    int stays;

    times_take_over(root, attempt, boot); /* the health check makes another attempt of it */
    judge(attempt, boot, clock_now(), clock_uptime(), &record);
    record.boot_id = xstrdup(boot->boot_id);
    explain(root, attempt, boot, &record);
    stays = health_start(root, attempt, boot, &record);
    if (stays < 0)
        journal_trouble("/" RUN_HEALTH, stays);
    tell(&record);
    if (attempt && is_kernels_fault(attempt, &record))
        records_remember(root, attempt, without_outcome(record.text));
    if (attempt)
        count_load(root, attempt);
    records_write_boot(root, &record);
    if (attempt && record.outcome == OUTCOME_FAILED)
        death_clean(root, attempt);
    return stays > 0 ? 0 : records_remove_attempt(root, STATE_ATTEMPT);
}

/* Whether the history has this attempt's end: gives its line, the last one. */
static bool has_ended(int root, const struct attempt *attempt, struct boot_record *ret_line)
{
    CLEANUP(history_clear) struct history history;

    if (records_read_history(root, &history) <= 0)
        return false;
    *ret_line = history.all[--history.n];
    return ret_line->id && streq(ret_line->id, attempt->id) && ret_line->health != HEALTH_CHECKING;
}

static bool same(const char *a, const char *b)
{
    return a && b && streq(a, b);
}

static int judge_attempt(int root, struct attempt *attempt, const struct boot_facts *boot)
{
    CLEANUP(boot_record_clear) struct boot_record line = {0};

    if (has_ended(root, attempt, &line)) {
        if (!same(line.boot_id, boot->boot_id))
            return judge_boot(root, NULL, boot);
        records_write_boot(root, &line);
        if (line.outcome == OUTCOME_FAILED)
            death_clean(root, attempt);
        return records_remove_attempt(root, STATE_ATTEMPT);
    }
    if (!same(attempt->boot_id, boot->boot_id))
        return judge_boot(root, attempt, boot);
    if (attempt->state != ATTEMPT_CHECKING)
        return judge_boot(root, NULL, boot); /* a reboot that was called off */
    attempt->state = ATTEMPT_LOADED;
    return judge_boot(root, attempt, boot);
}

int arrival_judge(int root)
{
    CLEANUP(boot_facts_clear) struct boot_facts boot = {0};
    CLEANUP(attempt_clear) struct attempt attempt;
    bool written = records_read_attempt(root, STATE_ATTEMPT, &attempt) > 0;

    boot_facts_read(root, &boot);
    /* Started once more in the same boot: the reboot was called off, or was a soft-reboot. */
    if (records_has_boot(root) > 0)
        return written && attempt.state == ATTEMPT_CHECKING
                   ? 0
                   : records_remove_attempt(root, STATE_ATTEMPT);
    records_write_firmware_boot(root, written ? &attempt : NULL);
    if (boot.way != BOOT_BY_KEXEC)
        baseline_write(root);
    return written ? judge_attempt(root, &attempt, &boot) : judge_boot(root, NULL, &boot);
}

void arrival_complete(int root)
{
    CLEANUP(boot_record_clear) struct boot_record record = {0};
    CLEANUP(death_clear) struct death kept = {0};

    if (records_read_boot(root, &record) <= 0 || !record.death ||
        death_read(root, record.id, &kept) <= 0 || kept.kind == record.death->kind)
        return;
    records_write_boot(root, &record);
    death_keep(root, record.death, &record);
}
