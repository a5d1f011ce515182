/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/arrival.h"

#include <errno.h>

#include "act/journal.h"
#include "act/state.h"
#include "base/clock.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "decide/judge.h"
#include "discover/hardware/inventory.h"
#include "discover/system/boot.h"
#include "discover/system/config.h"
#include "discover/system/failures.h"
#include "reboot/health.h"

void closing_trouble(const char *path, int error)
{
    journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "%s: %s", path, strerror(-error));
}

/* Keeps for somebody to look at what is of no use to us. */
static int set_aside(int root, const char *path, const char *suffix, const char *why)
{
    AUTOFREE char *aside = format("%s.%s", path, suffix);
    const char *name = aside ? strrchr(aside, '/') + 1 : NULL;

    if (!aside)
        return -ENOMEM;
    journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "/%s is not used and kept as %s: %s", path, name,
                 why);
    if (renameat(root, path, root, aside) < 0)
        closing_trouble(path, -errno);
    return 0;
}

static int refuse_other_machine(int root, const char *path, struct attempt *attempt)
{
    CLEANUP(machine_clear) struct machine machine;

    machine_read(root, &machine);
    if (!machine_differs(&attempt->machine, &machine))
        return 1;
    attempt_clear(attempt);
    return set_aside(root, path, "other-machine", "it was written on another machine");
}

int closing_read(int root, const char *path, struct attempt *ret_attempt)
{
    AUTOJSON struct json_object *object = NULL;
    int r = json_read(root, path, &object);

    *ret_attempt = (struct attempt){0};
    if (r >= 0)
        r = attempt_from_json(object, ret_attempt);
    if (r >= 0)
        return refuse_other_machine(root, path, ret_attempt);
    attempt_clear(ret_attempt);
    if (r == -ENOENT || r == -ENOMEM)
        return r == -ENOENT ? 0 : r;
    return set_aside(root, path, "damaged", r == -EBADMSG ? "damaged" : strerror(-r));
}

void closing_record(int root, const struct boot_record *record)
{
    AUTOJSON struct json_object *object = boot_record_to_json(record);
    int r = state_write_json(root, RUN_BOOT, object);

    if (r < 0)
        closing_trouble("/" RUN_BOOT, r);
    r = state_add_history(root, record);
    if (r < 0)
        closing_trouble("/" STATE_HISTORY, r);
    if (r > 0)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL,
                     "/" STATE_HISTORY " was damaged and is kept as history.damaged");
}

static int remember(int root, const struct attempt *attempt, const char *reason)
{
    CLEANUP(failure_facts_clear) struct failure_facts facts;
    struct failure failure = {.kernel = attempt->kernel,
                              .release = attempt->release,
                              .reason = (char *)reason,
                              .time = clock_now()};
    int r = failure_facts_read(root, &facts);

    if (r >= 0 && facts.error) {
        r = set_aside(root, STATE_FAILED, "damaged", strerror(facts.error));
        failures_clear(&facts.failures);
    }
    failure.firmware = facts.firmware;
    if (r >= 0)
        failures_add(&facts.failures, &failure);
    return r < 0 ? r : state_write_failures(root, &facts.failures);
}

void closing_remember(int root, const struct attempt *attempt, const char *reason)
{
    int r = attempt->kernel && attempt->release ? remember(root, attempt, reason) : 0;

    if (r < 0)
        closing_trouble("/" STATE_FAILED, r);
}

static int forgive(int root, const char *kernel)
{
    CLEANUP(failure_facts_clear) struct failure_facts facts;
    int r = failure_facts_read(root, &facts);

    if (r < 0 || facts.failures.n == 0)
        return r;
    if (kernel)
        failures_remove(&facts.failures, kernel);
    for (size_t i = 0; !kernel && i < facts.failures.n; i++)
        facts.failures.all[i].past = true;
    return state_write_failures(root, &facts.failures);
}

void closing_forgive(int root, const char *kernel)
{
    int r = forgive(root, kernel);

    if (r < 0)
        closing_trouble("/" STATE_FAILED, r);
}

/* Only where the kernel was left to itself: a load or jump that failed is none of its faults. */
static bool is_kernels_fault(const struct attempt *attempt, const struct boot_record *record)
{
    return record->outcome == OUTCOME_FAILED &&
           (attempt->state == ATTEMPT_LOADED || attempt->state == ATTEMPT_CHECKING);
}

static void tell(const struct boot_record *record)
{
    int priority = record->outcome == OUTCOME_FAILED ? LOG_WARNING : LOG_NOTICE;

    journal_tell(EVENT_LAST_REBOOT, priority, outcome_name(record->outcome), "last reboot: %s",
                 record->text);
}

static int judge_and_tell(int root, struct attempt *attempt, bool written,
                          const struct boot_facts *boot)
{
    CLEANUP(boot_record_clear) struct boot_record record = {0};
    int checking, r;

    r = judge(written ? attempt : NULL, boot, clock_now(), clock_uptime(), &record);
    if (r < 0)
        return r;
    checking = checking_begin(root, written ? attempt : NULL, boot, &record);
    if (checking < 0)
        closing_trouble("/" RUN_HEALTH, checking);
    tell(&record);
    closing_record(root, &record);
    if (written && is_kernels_fault(attempt, &record))
        closing_remember(root, attempt, record.text);
    return checking == CHECKING_ATTEMPT ? 0 : state_remove(root, STATE_ATTEMPT);
}

int closing_close(int root)
{
    CLEANUP(boot_facts_clear) struct boot_facts boot = {0};
    CLEANUP(attempt_clear) struct attempt attempt = {0};
    int written, r = boot_facts_read(root, &boot);

    if (r < 0)
        return r;
    written = closing_read(root, STATE_ATTEMPT, &attempt);
    if (written < 0)
        return written;
    /* Started once more in the same boot: the reboot was called off, or was a soft-reboot. */
    if (root_exists(root, RUN_BOOT) > 0)
        return written && attempt.state == ATTEMPT_CHECKING ? 0 : state_remove(root, STATE_ATTEMPT);
    if (written && boot.boot_id && streq(attempt.boot_id, boot.boot_id))
        written = 0;
    return judge_and_tell(root, &attempt, written, &boot);
}
