/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/jump.h"

#include <errno.h>

#include "act/journal.h"
#include "act/systemd.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/util.h"
#include "decide/reasons.h"
#include "discover/hardware/storage.h"
#include "discover/system/kexec.h"
#include "reboot/ending.h"
#include "reboot/load.h"
#include "reboot/notes.h"
#include "reboot/records.h"
#include "reboot/times.h"
#include "reboot/trace.h"

/* The go-ahead is for one reboot: one that was called off must not start an old kernel later. */
static bool has_go_ahead(int root, struct go_ahead *ret, char **ret_doubt)
{
    uint32_t job = 0;
    int r = notes_read_go_ahead(root, ret);

    if (r == -ENOENT || notes_has_normal(root) > 0)
        return false; /* it was decided so, and told */
    if (r < 0) {
        *ret_doubt = format("/" RUN_JUMP ": %s", json_error(r));
        return false;
    }
    r = systemd_shutdown_job(&job);
    if (r < 0)
        *ret_doubt = format("cannot ask PID 1 for the reboot: %s", strerror(-r));
    else if ((r != SHUTDOWN_REBOOT && r != SHUTDOWN_KEXEC) || ret->job != job)
        *ret_doubt = format("the kernel was loaded for another reboot");
    return !*ret_doubt;
}

static bool is_loaded(int root, char **ret_doubt)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts kexec;

    kexec_facts_read(root, &kexec);
    if (kexec.loaded.is == ANSWER_YES)
        return true;
    *ret_doubt = format("no kernel is loaded any more");
    return false;
}

/* The load may not have had the time to wait for the initrd whose script ends the shutdown. If that
 * cannot start the kernel, it must not look like a failure of the kernel. */
static bool can_end(int root, char **ret_doubt)
{
    *ret_doubt = ending_problem(root);
    return !*ret_doubt;
}

/* The watchdog guards only what comes after the jump, so failing to arm it does not prevent the
 * jump. */
static void arm(int root, int64_t seconds)
{
    int r = seconds > 0 ? systemd_arm_watchdog(root, (unsigned)seconds) : 0;

    if (r < 0)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, "watchdog",
                     "the watchdog is not armed for the jump: %s",
                     r == -ERANGE ? "the hardware does not take that many seconds" : strerror(-r));
}

/* With `fastreboot normal` no kernel is started, whichever program has loaded it. */
static int drop(int root)
{
    int r = notes_has_normal(root) > 0 ? load_drop_all(root) : load_drop(root);

    if (r < 0)
        journal_trouble("dropping the loaded kernel", r);
    return r;
}

/* On kexec.target systemd-kexec.service comes next: it starts what another program has loaded, and
 * before systemd 257 it even loads a boot entry of its own choice. Nobody decided on either if the
 * load at shutdown began and gave no go-ahead. */
static bool nobody_decided(int root)
{
    int64_t begun = notes_read_begun(root);
    uint32_t job = 0;
    int r = systemd_shutdown_job(&job);

    if (begun == -ENOENT)
        return false;
    return begun < 0 || r < 0 || (r == SHUTDOWN_KEXEC && begun == job);
}

/* Tells why there is no jump, and records it. If /var is a separate file system it is unmounted by
 * now, and the attempt stays as it is. */
static void explain(int root, const char *doubt)
{
    CLEANUP(answer_clear) struct answer armed = {0};
    const struct reason *asked = reason_find("normal-asked");

    notes_read_armed(root, &armed);
    if (doubt)
        journal_tell(EVENT_NEXT_BOOT, LOG_WARNING, "jump-failed",
                     "this reboot goes through the firmware: %s", doubt);
    if (doubt || armed.is != ANSWER_YES)
        records_revise_attempt(root, ATTEMPT_FAILED,
                               doubt ? doubt : "loading the kernel was interrupted at its end",
                               NULL);
    else /* since the kernel was loaded */
        records_revise_attempt(root, ATTEMPT_FIRMWARE, armed.text ? armed.text : asked->text,
                               asked->id);
}

static int stay(int root, const char *doubt)
{
    explain(root, doubt);
    if (drop(root) < 0 || doubt)
        return -ECANCELED;
    return nobody_decided(root) ? -ECANCELED : 0;
}

static void tell(const struct answer *warning, const char *reason)
{
    if (warning->is == ANSWER_YES)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, reason, "before this reboot: %s", warning->text);
}

/* The load at shutdown, which tells all other warnings, may not read the kernel log. */
static void tell_errors_in_log(int root)
{
    CLEANUP(storage_facts_clear) struct storage_facts facts;

    storage_log_facts_read(root, &facts);
    tell(&facts.failing, "disk-errors");
    tell(&facts.damaged, "filesystem-errors");
}

int jump_run(int root)
{
    AUTOFREE char *doubt = NULL;
    struct go_ahead go;
    int r;

    times_leave(root);
    tell_errors_in_log(root);
    if (has_go_ahead(root, &go, &doubt) && is_loaded(root, &doubt) && can_end(root, &doubt)) {
        arm(root, go.watchdog);
        trace_mark(root);
        r = systemd_kexec();
        if (r >= 0)
            return 0;
        doubt = format("PID 1 refused the request for kexec: %s", strerror(-r));
    }
    return stay(root, doubt);
}
