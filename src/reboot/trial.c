/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/trial.h"

#include <errno.h>
#include <signal.h>

#include "act/kexec.h"
#include "act/systemd.h"
#include "base/clock.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "reboot/departure.h"
#include "reboot/load.h"
#include "reboot/notes.h"
#include "reboot/records.h"

/* A trial may be killed at any time. So its attempt has a name that no boot looks for, and the
 * kernel has fastreboot's note while it is loaded: the jump, which is there as the verdict is fast,
 * drops it in any reboot that does not load it again. */

static void end(struct trial *trial, enum trial_result result, char *error)
{
    trial->result = result;
    set_text(&trial->error, error);
}

/* Whether fastreboot's kernel was loaded to be started, or could not be loaded again, and has to be
 * there afterwards. */
static bool keeps_kernel(int root, const struct facts *facts)
{
    return facts->loaded.release &&
           (facts->config.load == LOAD_EARLY || facts->kexec.disabled.is == ANSWER_YES ||
            facts->kexec.exhausted.is == ANSWER_YES || root_exists(root, STATE_TEST) <= 0);
}

/* The unload counts as a load; and the reboot needs one. */
static char *limit_text(int root, const struct facts *facts)
{
    long left = (long)facts->kexec.left, takes = keeps_kernel(root, facts) ? 1 : 2;

    if (left < 0 || left > takes || load_is_done(facts))
        return NULL;
    return format("kernel.kexec_load_limit_reboot is %ld: the test would take %ld of these loads, "
                  "and the reboot needs one",
                  left, takes);
}

/* Why nothing may be tried, or NULL. Holding the lock, no load at shutdown comes between what is
 * loaded here and what is unloaded. */
static char *obstacle(int root, int lock, const struct facts *facts)
{
    uint32_t id;
    int job = systemd_shutdown_job(&id);

    if (lock < 0)
        return format("/" RUN_DIR ": %s", strerror(-lock));
    if (job < 0)
        return format("cannot ask PID 1 whether a shutdown is under way: %s", strerror(-job));
    if (job != SHUTDOWN_NONE)
        return xstrdup("a shutdown is under way");
    if (facts->kexec.loaded.is == ANSWER_UNKNOWN)
        return format("cannot tell whether a kernel is loaded: %s",
                      strerror(facts->kexec.loaded.error));
    if (facts->kexec.loaded.is == ANSWER_YES && !facts->loaded.release)
        return xstrdup("a kernel that another program loaded would be lost; drop it with `kexec "
                       "-u` first");
    return limit_text(root, facts);
}

static int load(int root, struct trial *trial, struct attempt *attempt)
{
    AUTOFREE char *id = NULL, *error = NULL;
    int64_t start = clock_uptime();

    if (load_kernel_locked(root, &trial->survey, &id, &error) < 0) {
        end(trial, TRIAL_FIRMWARE, steal(&error));
        return -ECANCELED;
    }
    trial->load = clock_uptime() - start;
    set_text(&attempt->id, steal(&id));
    departure_describe(root, &trial->survey, attempt);
    return 0;
}

static int write_down(int root, struct trial *trial, const struct attempt *attempt)
{
    int r = records_write_attempt(root, STATE_TEST, attempt);

    if (r < 0)
        end(trial, TRIAL_FIRMWARE, format("/" STATE_TEST ": %s", strerror(-r)));
    return r;
}

/* The same steps in the same order as at the shutdown. */
static void go(int root, struct trial *trial)
{
    CLEANUP(attempt_clear) struct attempt attempt;
    int64_t start = clock_uptime(), took;
    int r = departure_begin(root, &attempt);

    if (r < 0)
        end(trial, TRIAL_FIRMWARE, format("random numbers: %s", strerror(-r)));
    if (r >= 0)
        r = write_down(root, trial, &attempt);
    if (r >= 0)
        r = load(root, trial, &attempt);
    if (r >= 0)
        r = write_down(root, trial, &attempt);
    took = clock_uptime() - start;
    if (r >= 0 && took > DEPARTURE_LIMIT)
        end(trial, TRIAL_FIRMWARE,
            format("this took %lld s; at a shutdown it is given up after %lld s",
                   (long long)(took / 1000000), (long long)(DEPARTURE_LIMIT / 1000000)));
}

/* What cannot be dropped keeps its mark, so that the next trial drops it. */
static void take_back(int root, struct trial *trial, bool keep)
{
    int r = keep ? 0 : load_drop(root);

    if (r < 0) {
        end(trial, TRIAL_REFUSED,
            format("cannot drop the loaded kernel: %s", kexec_error(r, NULL)));
        return;
    }
    r = records_remove_attempt(root, STATE_TEST);
    trial_clean(root);
    if (r < 0 && !trial->error)
        end(trial, TRIAL_REFUSED, format("/" STATE_TEST ": %s", strerror(-r)));
}

/* Signals wait: what they would end has to be taken back. */
static void go_undisturbed(int root, struct trial *trial)
{
    static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    bool keep = keeps_kernel(root, &trial->survey.facts);
    sigset_t signals, before;

    (void)sigemptyset(&signals);
    for (size_t i = 0; i < ELEMENTS(SIGNALS); i++)
        (void)sigaddset(&signals, SIGNALS[i]);
    (void)sigprocmask(SIG_BLOCK, &signals, &before);
    if (trial->survey.verdict.fast)
        go(root, trial);
    else
        end(trial, TRIAL_FIRMWARE, NULL);
    take_back(root, trial, keep);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
}

void trial_run(int root, struct trial *ret)
{
    AUTOCLOSE int lock = notes_lock(root);
    char *error;

    *ret = (struct trial){.load = -1};
    survey_make(root, PURPOSE_NEXT_REBOOT, &ret->survey);
    error = obstacle(root, lock, &ret->survey.facts);
    if (error) {
        end(ret, TRIAL_REFUSED, error);
        return;
    }
    go_undisturbed(root, ret);
}

void trial_clear(struct trial *trial)
{
    survey_clear(&trial->survey);
    free(trial->error);
}

void trial_clean(int root)
{
    (void)records_remove_attempt(root, STATE_TEST);
    (void)records_remove_attempt(root, STATE_DIR "/.test.new"); /* what is not yet complete */
}
