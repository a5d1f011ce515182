/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/departure.h"

#include <errno.h>

#include "act/journal.h"
#include "act/state.h"
#include "act/systemd.h"
#include "base/paths.h"
#include "base/util.h"
#include "decide/watchdog.h"
#include "facts/facts.h"
#include "reboot/detach.h"
#include "reboot/load.h"
#include "reboot/recording.h"

/* The order here is the promise: the attempt is on the disk before anything is read or loaded, so
 * that the next boot can tell a load that hung or crashed; and the go-ahead for the jump is written
 * last, so that whatever ends this program earlier ends in the firmware reboot. */

/* Says it in the journal and writes it down for the next boot. */
static int by_firmware(int root, struct attempt *attempt, int priority, const char *reason_id,
                       const char *reason)
{
    int r;

    journal_tell(EVENT_NEXT_BOOT, priority, reason_id, "this reboot goes by firmware: %s", reason);
    (void)loading_drop(root); /* or systemd's own kexec.target would start it */
    attempt->state = ATTEMPT_FIRMWARE;
    attempt->has_inventory = false; /* nothing is to be looked for; on a full disk it is too much */
    free(attempt->reason);
    attempt->reason = strdup(reason);
    if (!attempt->id)
        return -ECANCELED; /* begin() could not even write it once */
    r = attempt->reason ? state_write_attempt(root, attempt) : -ENOMEM;
    if (r < 0)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "/" STATE_ATTEMPT ": %s", strerror(-r));
    return priority <= LOG_WARNING ? -ECANCELED : 0;
}

static int begin(int root, struct attempt *attempt)
{
    CLEANUP(attempt_clear) struct attempt new;
    int r = recording_begin(root, &new);

    if (r >= 0)
        r = state_write_attempt(root, &new);
    if (r < 0)
        return r;
    *attempt = new;
    new = (struct attempt){0};
    return 0;
}

/* Lets the jump go ahead in this reboot and in no other. */
static int allow_jump(int root, uint32_t job, const struct facts *facts)
{
    CLEANUP(watchdog_plan_clear) struct watchdog_plan plan = {0};
    AUTOJSON struct json_object *go = json_object_new_object();
    int r = facts ? watchdog_decide(facts, &plan) : 0;

    if (r < 0)
        return r;
    json_add_number(go, "job", job);
    json_add_number(go, "watchdog", plan.seconds);
    return state_write_json(root, RUN_JUMP, go);
}

/* `survey` is that of what was loaded, or NULL for somebody else's kernel. */
static int by_kexec(int root, struct attempt *attempt, const struct survey *survey, uint32_t job)
{
    const char *release = survey ? survey->facts.payload.image.release : NULL;
    int r = 0;

    attempt->state = ATTEMPT_LOADED;
    if (survey)
        r = recording_complete(root, survey, attempt);
    if (r >= 0)
        r = state_write_attempt(root, attempt);
    if (r >= 0)
        r = allow_jump(root, job, survey ? &survey->facts : NULL);
    if (r < 0)
        return by_firmware(root, attempt, LOG_WARNING, NULL, strerror(-r));
    journal_tell(EVENT_NEXT_BOOT, LOG_NOTICE, NULL, "this reboot is fast: %s%s",
                 release ? "kernel " : "a kernel that fastreboot did not load",
                 release ? release : "");
    return 0;
}

static int load(int root, struct attempt *attempt, const struct survey *survey, uint32_t job)
{
    AUTOFREE char *error = NULL, *id = NULL;
    int r = loading_load(root, survey, &id, &error);

    if (r < 0)
        return by_firmware(root, attempt, LOG_WARNING, "load-failed", error ? error : strerror(-r));
    free(attempt->id);
    attempt->id = steal(&id);
    return by_kexec(root, attempt, survey, job);
}

/* What somebody should know before any reboot, fast or not: the machine may not come back as it is
 * now. */
static void tell_warnings(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->n; i++) {
        const struct finding *finding = &verdict->findings[i];

        if (finding->reason->severity == SEVERITY_WARN && finding->result > 0)
            journal_tell(EVENT_TROUBLE, LOG_WARNING, finding->reason->id, "before this reboot: %s",
                         finding->text);
    }
}

static int decide_and_load(int root, struct attempt *attempt, uint32_t job)
{
    CLEANUP(survey_clear) struct survey survey;
    const struct finding *because;
    int r;

    if (survey_make(root, PURPOSE_SHUTDOWN, &survey) < 0)
        return by_firmware(root, attempt, LOG_WARNING, NULL, "out of memory");
    tell_warnings(&survey.verdict);
    because = survey.verdict.because;
    if (because)
        return by_firmware(root, attempt, LOG_NOTICE, because->reason->id, because->text);
    r = detaching_plan(root, &survey.facts.quirk);
    if (r < 0)
        return by_firmware(root, attempt, LOG_WARNING, "state-unwritable", strerror(-r));
    if (survey.verdict.by_hand)
        return by_kexec(root, attempt, NULL, job);
    return load(root, attempt, &survey, job);
}

/* `job` is what systemd_reboot_job() gave, and its id. */
static int reboot(int root, int job, uint32_t job_id)
{
    CLEANUP(attempt_clear) struct attempt attempt = {0};
    AUTOFREE char *reason = NULL;
    int r = begin(root, &attempt);

    if (r < 0) {
        /* A fast reboot that nobody could judge afterwards is not begun. */
        reason = format("/" STATE_ATTEMPT ": %s", strerror(-r));
        return by_firmware(root, &attempt, LOG_WARNING, "state-unwritable",
                           reason ? reason : "out of memory");
    }
    if (job < 0) {
        reason = format("cannot ask PID 1 whether this is a reboot: %s", strerror(-job));
        return by_firmware(root, &attempt, LOG_WARNING, "manager-unreachable",
                           reason ? reason : "out of memory");
    }
    return decide_and_load(root, &attempt, job_id);
}

int shutdown_load(int root)
{
    uint32_t job_id = 0;
    int job = systemd_reboot_job(&job_id);

    (void)state_remove(root, RUN_ACTIVE);
    (void)state_remove(root, RUN_JUMP);
    (void)state_remove(root, RUN_MODULES);
    if (job != 0)
        return reboot(root, job, job_id);
    /* A poweroff, or just the service being stopped. A kernel that was loaded early goes too:
     * nobody would look at it again before it is started. */
    (void)loading_drop(root);
    (void)state_remove(root, STATE_ATTEMPT);
    return 0;
}
