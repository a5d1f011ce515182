/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The last step, when all file systems but the root are gone: whatever is in doubt here, this just
 * ends, and systemd-reboot.service does the firmware reboot. */

#include "act/journal.h"
#include "act/state.h"
#include "act/systemd.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/system/kexec.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

/* The go-ahead is for one reboot: one that was called off must not start an old kernel later. */
static int has_go_ahead(int root, unsigned *ret_watchdog, char **ret_doubt)
{
    AUTOJSON struct json_object *go = NULL;
    uint32_t job;
    int r = json_read(root, RUN_JUMP, &go);

    if (r == -ENOENT)
        return 0; /* it was decided so, and said */
    if (r < 0) {
        *ret_doubt = format("/" RUN_JUMP ": %s", strerror(-r));
        return 0;
    }
    r = systemd_reboot_job(&job);
    if (r < 0)
        *ret_doubt = format("cannot ask PID 1 for the reboot: %s", strerror(-r));
    else if (r == 0 || json_number(go, "job", -1) != job)
        *ret_doubt = format("what is loaded was meant for another reboot");
    *ret_watchdog = (unsigned)json_number(go, "watchdog", 0);
    return !*ret_doubt;
}

static int is_loaded(int root, char **ret_doubt)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts kexec;

    if (kexec_facts_read(root, &kexec) >= 0 && kexec.loaded.is == ANSWER_YES)
        return 1;
    *ret_doubt = format("no kernel is loaded any more");
    return 0;
}

/* For the next boot to tell. Where /var was a file system of its own it is gone by now, and so is
 * the attempt, which then stands as "loaded". */
static void write_down(int root, const char *doubt)
{
    CLEANUP(attempt_clear) struct attempt attempt = {0};
    AUTOJSON struct json_object *object = NULL;

    if (json_read(root, STATE_ATTEMPT, &object) < 0 || attempt_from_json(object, &attempt) < 0)
        return;
    free(attempt.reason);
    attempt.state = ATTEMPT_FAILED;
    attempt.reason = strdup(doubt);
    (void)state_write_attempt(root, &attempt);
}

/* A help against what may happen behind the jump: without it there is a jump all the same. */
static void arm(int root, unsigned seconds)
{
    int r = seconds > 0 ? systemd_arm_watchdog(root, seconds) : 0;

    if (r < 0)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, "watchdog",
                     "the watchdog is not armed for the jump: %s",
                     r == -ERANGE ? "the hardware does not take that many seconds" : strerror(-r));
}

static int run(const struct call *call)
{
    AUTOFREE char *doubt = NULL;
    unsigned watchdog = 0;
    int r;

    if (has_go_ahead(call->root, &watchdog, &doubt) && is_loaded(call->root, &doubt)) {
        arm(call->root, watchdog);
        r = systemd_kexec();
        if (r >= 0)
            return EXIT_FINE;
        doubt = format("PID 1 did not take the request for kexec: %s", strerror(-r));
    }
    if (!doubt)
        return EXIT_FINE;
    journal_tell(EVENT_NEXT_BOOT, LOG_WARNING, "jump-failed", "this reboot goes by firmware: %s",
                 doubt);
    write_down(call->root, doubt);
    return EXIT_FAILED;
}

const struct verb verb_jump = {
    .name = "jump",
    .summary = "as fastreboot-jump.service calls it at the end of a shutdown",
    .flags = VERB_NEEDS_ROOT | VERB_HIDDEN,
    .run = run,
};
