/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/journal.h"
#include "act/state.h"
#include "base/clock.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "complain.h"
#include "decide/judge.h"
#include "discover/discover.h"
#include "loading.h"
#include "verb.h"

/* What was written down before this boot: 1, or 0 when there is nothing, or -ENOMEM. A damaged
 * file is set aside and told. */
static int read_attempt(int root, struct attempt *ret_attempt)
{
    AUTOJSON struct json_object *object = NULL;
    int r = json_read(root, STATE_ATTEMPT, &object);

    *ret_attempt = (struct attempt){0};
    if (r >= 0)
        r = attempt_from_json(object, ret_attempt);
    if (r >= 0)
        return 1;
    if (r == -ENOENT || r == -ENOMEM)
        return r == -ENOENT ? 0 : r;
    journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL,
                 "/" STATE_ATTEMPT " is not used and kept as attempt.damaged: %s",
                 r == -EBADMSG ? "damaged" : strerror(-r));
    (void)renameat(root, STATE_ATTEMPT, root, STATE_ATTEMPT ".damaged");
    return 0;
}

static void tell_trouble(const char *path, int error)
{
    journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "%s: %s", path, strerror(-error));
}

static void record(int root, const struct boot_record *record)
{
    AUTOJSON struct json_object *object = boot_record_to_json(record);
    int priority = record->outcome == OUTCOME_FAILED ? LOG_WARNING : LOG_NOTICE, r;

    journal_tell(EVENT_LAST_REBOOT, priority, outcome_name(record->outcome), "last reboot: %s",
                 record->text);
    r = state_write_json(root, RUN_BOOT, object);
    if (r < 0)
        tell_trouble("/" RUN_BOOT, r);
    r = state_add_history(root, record);
    if (r < 0)
        tell_trouble("/" STATE_HISTORY, r);
    if (r > 0)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL,
                     "/" STATE_HISTORY " was damaged and is kept as history.damaged");
}

/* Remembers that the kernel of this attempt did not come up, so that it is not tried again. */
static int remember_failure(int root, const struct attempt *attempt)
{
    CLEANUP(failure_facts_clear) struct failure_facts facts;
    struct failure failure = {
        .kernel = attempt->kernel, .release = attempt->release, .time = clock_now()};
    int r = failure_facts_read(root, &facts);

    if (r >= 0 && facts.error) {
        journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL,
                     "/" STATE_FAILED " is damaged and kept as failed.damaged");
        (void)renameat(root, STATE_FAILED, root, STATE_FAILED ".damaged");
    }
    failure.firmware = facts.firmware;
    if (r >= 0)
        r = failures_add(&facts.failures, &failure);
    return r < 0 ? r : state_write_failures(root, &facts.failures);
}

/* Closes the attempt of the last reboot. */
static int close_attempt(int root)
{
    CLEANUP(boot_facts_clear) struct boot_facts boot = {0};
    CLEANUP(attempt_clear) struct attempt attempt = {0};
    CLEANUP(boot_record_clear) struct boot_record judged = {0};
    int written, r = boot_facts_read(root, &boot);

    if (r < 0)
        return r;
    written = read_attempt(root, &attempt);
    if (written < 0)
        return written;
    /* Started once more in the same boot: the reboot was called off, or was a soft-reboot. */
    if (root_exists(root, RUN_BOOT) > 0)
        return state_remove(root, STATE_ATTEMPT);
    if (written && boot.boot_id && streq(attempt.boot_id, boot.boot_id))
        written = 0;
    r = judge(written ? &attempt : NULL, &boot, clock_now(), clock_uptime(), &judged);
    if (r < 0)
        return r;
    record(root, &judged);
    /* Only where the kernel was left to itself: a load or jump that failed is none of its faults.
     */
    if (judged.outcome == OUTCOME_FAILED && attempt.state == ATTEMPT_LOADED && attempt.kernel) {
        r = remember_failure(root, &attempt);
        if (r < 0)
            tell_trouble("/" STATE_FAILED, r);
    }
    return state_remove(root, STATE_ATTEMPT);
}

static int load_early(int root)
{
    CLEANUP(survey_clear) struct survey survey;
    AUTOFREE char *id = NULL, *error = NULL;
    int r = survey_make(root, PURPOSE_LOAD, &survey);

    if (r < 0 || survey.facts.config.load != LOAD_EARLY)
        return r;
    if (survey.verdict.because) {
        journal_tell(EVENT_TROUBLE, LOG_WARNING, survey.verdict.because->reason->id,
                     "not loaded early: %s", survey.verdict.because->text);
        return 0;
    }
    if (loading_load(root, &survey, &id, &error) < 0)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, "load-failed", "not loaded early: %s",
                     error ? error : "out of memory");
    return 0;
}

static int run(const struct call *call)
{
    int active = state_write(call->root, RUN_ACTIVE, ""), r;

    if (active < 0)
        tell_trouble("/" RUN_ACTIVE, active);
    (void)state_remove(call->root, RUN_JUMP);
    r = close_attempt(call->root);
    if (r < 0)
        tell_trouble("closing the last reboot", r);
    if (load_early(call->root) < 0)
        return complain(NULL, -ENOMEM);
    return active < 0 || r < 0 ? EXIT_FAILED : EXIT_FINE;
}

const struct verb verb_booted = {
    .name = "booted",
    .summary = "as fastreboot.service calls it at boot",
    .flags = VERB_NEEDS_ROOT | VERB_HIDDEN,
    .run = run,
};
