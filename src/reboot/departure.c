/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/departure.h"

#include <errno.h>
#include <systemd/sd-id128.h>

#include "act/automounts.h"
#include "act/deadline.h"
#include "act/journal.h"
#include "act/systemd.h"
#include "base/clock.h"
#include "base/paths.h"
#include "base/util.h"
#include "decide/watchdog.h"
#include "discover/hardware/inventory.h"
#include "discover/hardware/spare-disks.h"
#include "discover/system/boot.h"
#include "discover/system/started.h"
#include "reboot/death.h"
#include "reboot/ending.h"
#include "reboot/load.h"
#include "reboot/notes.h"
#include "reboot/records.h"
#include "reboot/trace.h"

/* The order here is the promise: the attempt is on the disk before anything is read or loaded, so
 * that the next boot can tell a load that hung or crashed; and the go-ahead for the jump is written
 * last, so that whatever ends this program earlier ends in the firmware reboot. */

/* The ids of these reasons among REASONS. */
static const char INTERRUPTED[] = "load-interrupted", STUCK[] = "initrd-shutdown";

const int64_t DEPARTURE_LIMIT = 25 * (int64_t)1000000;

int departure_begin(int root, struct attempt *ret_attempt)
{
    CLEANUP(boot_facts_clear) struct boot_facts boot = {0};
    char text[SD_ID128_STRING_MAX];
    sd_id128_t id;
    int r = sd_id128_randomize(&id);

    *ret_attempt = (struct attempt){.time = clock_now(), .state = ATTEMPT_BEGUN};
    if (r < 0)
        return r;
    boot_facts_read(root, &boot);
    ret_attempt->id = xstrdup(sd_id128_to_string(id, text));
    ret_attempt->boot_id = xstrdup(boot.boot_id ? boot.boot_id : "");
    machine_read(root, &ret_attempt->machine);
    firmware_boot_read(root, &ret_attempt->firmware_boot);
    return 0;
}

/* systemd's own kexec.target would start whatever is loaded, and a reason for the firmware is one
 * for any kernel. What cannot be dropped is left to the jump, which then makes its unit fail. */
static void drop(int root, const char *reason)
{
    int r = load_drop_all(root);

    if (r >= 0)
        return;
    journal_trouble("dropping the loaded kernel", r);
    r = notes_write_normal(root, reason);
    if (r < 0)
        journal_trouble("/" RUN_NORMAL, r);
}

/* Says it in the journal and writes it down for the next boot. `broken`: something went wrong, so
 * the unit has to fail. */
static int through_firmware(int root, struct attempt *attempt, bool broken, const char *reason_id,
                            const char *reason)
{
    int r;

    journal_tell(EVENT_NEXT_BOOT, broken ? LOG_WARNING : LOG_NOTICE, reason_id,
                 "this reboot goes through the firmware: %s", reason);
    drop(root, reason);
    attempt->state = ATTEMPT_FIRMWARE;
    attempt->has_inventory = false; /* no health check needs it, and a full disk may not take it */
    set_text(&attempt->reason, xstrdup(reason));
    set_text(&attempt->reason_id, xstrdup(reason_id));
    if (!attempt->id)
        return -ECANCELED; /* it could not even be written once */
    r = records_write_attempt(root, STATE_ATTEMPT, attempt);
    if (r < 0)
        journal_trouble("/" STATE_ATTEMPT, r);
    return broken ? -ECANCELED : 0;
}

/* What is too much to be read again would keep the attempt from being judged at all. */
static bool is_small_enough(const struct inventory *inventory)
{
    AUTOJSON struct json_object *object = inventory_to_json(inventory);
    size_t length;

    (void)json_object_to_json_string_length(object, JSON_C_TO_STRING_PLAIN, &length);
    return length <= MAX_INVENTORY_TEXT;
}

/* What the health check after this reboot will know nothing of. */
static void tell_excess(const struct inventory *inventory, bool small)
{
    static const char *const NAMES[N_ITEM_KINDS] = {[ITEM_PCI] = "PCI devices",
                                                    [ITEM_DISK] = "disks",
                                                    [ITEM_MOUNT] = "file systems",
                                                    [ITEM_LINK] = "network interfaces",
                                                    [ITEM_FLAW] = "CPU vulnerabilities"};

    for (int kind = 0; kind < N_ITEM_KINDS; kind++)
        if (inventory->items[kind].excess)
            journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL,
                         "this machine has more than %zu %s: the health check after this reboot "
                         "does not compare them",
                         item_kind_max((enum item_kind)kind), NAMES[kind]);
    if (!small)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL,
                     "the record of what this machine has is larger than %d bytes: there is no "
                     "health check after this reboot",
                     MAX_INVENTORY_TEXT);
}

void departure_describe(int root, const struct survey *survey, struct attempt *attempt)
{
    const struct boot_payload *payload = &survey->facts.payload;

    attempt->state = ATTEMPT_LOADED;
    attempt->release = xstrdup(payload->image.release);
    attempt->kernel = xstrdup(payload->kernel_id);
    attempt->cmdline = load_cmdline(survey, attempt->id);
    inventory_read(root, &attempt->inventory);
    attempt->inventory.boot = systemd_boot_seconds();
    attempt->has_inventory = is_small_enough(&attempt->inventory);
}

/* Lets the jump go ahead in this reboot and in no other. */
static int allow_jump(int root, uint32_t job, const struct facts *facts)
{
    CLEANUP(watchdog_plan_clear) struct watchdog_plan plan = {0};

    if (facts)
        watchdog_decide(facts, &plan);
    return notes_write_go_ahead(root, &(struct go_ahead){.job = job, .watchdog = plan.seconds});
}

/* The script that ends the shutdown may not have been there when the survey was made. Once the jump
 * looks at it, /var may be unmounted, and the next boot would blame the kernel. Gives what is wrong
 * with it, or NULL. */
static char *end_of_shutdown(int root)
{
    deadline_doing("waiting until dracut has unpacked the initrd for the end of the shutdown");
    ending_await(root);
    return ending_problem(root);
}

/* `survey` is that of what was loaded, or NULL for a kernel that another program has loaded. */
static int by_kexec(int root, struct attempt *attempt, const struct survey *survey, uint32_t job)
{
    const char *release = survey ? survey->facts.payload.image.release : NULL;
    AUTOFREE char *problem = end_of_shutdown(root);
    int r;

    if (problem)
        return through_firmware(root, attempt, false, STUCK, problem);
    deadline_doing("writing down what this machine has");
    attempt->state = ATTEMPT_LOADED;
    death_prepare(root, attempt);
    if (survey) {
        departure_describe(root, survey, attempt);
        tell_excess(&attempt->inventory, attempt->has_inventory);
    }
    r = records_write_attempt(root, STATE_ATTEMPT, attempt);
    if (r >= 0) {
        trace_note(root, attempt);
        r = allow_jump(root, job, survey ? &survey->facts : NULL);
    }
    if (r < 0)
        return through_firmware(root, attempt, true, NULL, strerror(-r));
    journal_tell(EVENT_NEXT_BOOT, LOG_NOTICE, NULL, "this reboot is fast: %s%s",
                 release ? "kernel " : "a kernel that fastreboot did not load",
                 release ? release : "");
    return 0;
}

static int load(int root, struct attempt *attempt, const struct survey *survey, uint32_t job)
{
    AUTOFREE char *error = NULL, *id = NULL;

    deadline_doing("loading the kernel");
    if (survey->facts.traced && load_is_done(&survey->facts) && !survey->facts.loaded.proven)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL,
                     "tracing: the kernel is loaded already and cannot be loaded again, so it may "
                     "be started without initcall_debug");
    if (load_kernel(root, survey, &id, &error) < 0)
        return through_firmware(root, attempt, true, "load-failed", error);
    attempt->loaded = clock_now();
    set_text(&attempt->id, steal(&id));
    return by_kexec(root, attempt, survey, job);
}

/* What the administrator should know before any reboot, fast or not: the machine may not come back
 * as it is now. */
static void tell_warnings(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->n; i++) {
        const struct finding *finding = &verdict->findings[i];

        if (finding->reason->severity == SEVERITY_WARN && finding->found.is == ANSWER_YES)
            journal_tell(EVENT_TROUBLE, LOG_WARNING, finding->reason->id, "before this reboot: %s",
                         finding->found.text);
    }
}

/* Which disks could be detached at the end. What is not known is no reason against the reboot: then
 * the kernel shuts them down, as it always does. */
static void find_spare_disks(int root, const struct config *config, struct quirk_facts *quirk)
{
    AUTOFREE char *drivers = xstrdup(quirk->disks);
    const char *problem = NULL;
    int r;

    if (config->data_disks == DATA_DISKS_DETACH)
        append_text(&drivers, " ", "nvme");
    r = drivers ? spare_disks_add(root, drivers, &quirk->together, &problem) : 0;
    if (r < 0)
        journal_trouble("looking for disks that nothing uses at the end", r);
    if (problem)
        journal_tell(EVENT_TROUBLE, LOG_NOTICE, NULL, "no disk is detached: %s", problem);
}

static int decide_and_load(int root, struct attempt *attempt, uint32_t job)
{
    CLEANUP(survey_clear) struct survey survey;
    const struct finding *because;
    int r;

    deadline_doing("mounting /boot");
    automounts_mount(root);
    deadline_doing("looking for the next kernel and for what speaks against it");
    survey_make(root, PURPOSE_SHUTDOWN, &survey);
    tell_warnings(&survey.verdict);
    because = survey.verdict.because;
    if (because)
        return through_firmware(root, attempt, false, because->reason->id, because->found.text);
    find_spare_disks(root, &survey.facts.config, &survey.facts.quirk);
    r = notes_write_detach(root, &survey.facts.quirk);
    if (r < 0)
        return through_firmware(root, attempt, true, "state-unwritable", strerror(-r));
    if (survey.verdict.by_hand)
        return by_kexec(root, attempt, NULL, job);
    return load(root, attempt, &survey, job);
}

/* What may kill this program or use up its time is not begun a third time. */
static char *interruptions(int root)
{
    CLEANUP(failure_facts_clear) struct failure_facts facts;

    records_read_failures(root, &facts);
    return interruptions_text(&facts.failures);
}

/* `job` is what systemd_shutdown_job() gave, and its id. */
static int reboot(int root, int job, uint32_t job_id)
{
    CLEANUP(attempt_clear) struct attempt attempt;
    AUTOFREE char *reason = NULL, *interrupted = NULL;
    const char *path = STATE_ATTEMPT;
    int r = departure_begin(root, &attempt);

    if (r >= 0)
        r = records_write_attempt(root, path, &attempt);
    if (r >= 0) {
        path = RUN_BEGUN;
        r = notes_write_begun(root, job_id);
    }
    if (r < 0) {
        /* A fast reboot that the next boot could not judge is not begun. */
        reason = format("/%s: %s", path, strerror(-r));
        set_text(&attempt.id, NULL);
        return through_firmware(root, &attempt, true, "state-unwritable", reason);
    }
    if (job < 0) {
        reason = format("cannot ask PID 1 whether this is a reboot: %s", strerror(-job));
        return through_firmware(root, &attempt, true, "manager-unreachable", reason);
    }
    interrupted = interruptions(root);
    if (interrupted)
        return through_firmware(root, &attempt, false, INTERRUPTED, interrupted);
    return decide_and_load(root, &attempt, job_id);
}

/* The service stops, and the machine does not reboot. An early loaded kernel goes too: nothing
 * would look at it again before it is started. Only where this is a stop alone is the machine still
 * being checked, for a crash after it. */
static int stop(int root, int job)
{
    CLEANUP(attempt_clear) struct attempt attempt;
    bool checking = records_read_attempt(root, STATE_ATTEMPT, &attempt) > 0 &&
                    attempt.state == ATTEMPT_CHECKING;

    (void)load_drop(root);
    if (job == SHUTDOWN_OFF || !checking)
        (void)records_remove_attempt(root, STATE_ATTEMPT);
    return 0;
}

int departure_load(int root)
{
    uint32_t job_id = 0;
    int job;

    deadline_doing("asking PID 1 whether this is a reboot");
    job = systemd_shutdown_job(&job_id);
    deadline_doing("writing down that this reboot has begun");
    notes_remove_begun(root);
    notes_remove_go_ahead(root);
    notes_remove_detach(root);
    if (job < 0 || job == SHUTDOWN_REBOOT || job == SHUTDOWN_KEXEC)
        return reboot(root, job, job_id);
    return stop(root, job);
}
