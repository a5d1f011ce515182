/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/health.h"

#include <errno.h>

#include "act/journal.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "decide/health.h"
#include "decide/judge.h"
#include "discover/hardware/inventory.h"
#include "discover/system/boot.h"
#include "discover/system/config.h"
#include "facts/notes.h"
#include "reboot/countdown.h"
#include "reboot/departure.h"
#include "reboot/notes.h"
#include "reboot/records.h"

static bool is_off(int root)
{
    CLEANUP(config_clear) struct config config = {0};

    config_load(root, &config);
    return health_limit(&config) < 0;
}

/* The disk comes first: whoever is killed in between has begun, and begins again. */
static int start_attempt(int root, struct attempt *attempt, const struct boot_facts *boot)
{
    int r;

    set_text(&attempt->boot_id, xstrdup(boot->boot_id ? boot->boot_id : ""));
    attempt->state = ATTEMPT_CHECKING;
    attempt->since = clock_uptime();
    r = records_write_attempt(root, STATE_ATTEMPT, attempt);
    if (r >= 0)
        r = records_write_attempt(root, RUN_HEALTH, attempt);
    return r;
}

/* Only in a boot through the firmware: no other tells what the firmware would have brought back.
 * Where the kernel does not tell its loader (arm64), fastreboot's mark has to do. 1 when there is
 * something to look for. */
static int start_healed(int root, const struct boot_facts *boot)
{
    CLEANUP(attempt_clear) struct attempt healed;
    int r = records_read_attempt(root, STATE_HEALING, &healed);

    if (r <= 0)
        return 0; /* one that cannot be read was told */
    if (judge_way(&healed, boot) == BOOT_BY_KEXEC || !healed.has_inventory)
        return records_remove_attempt(root, STATE_HEALING);
    healed.since = clock_uptime();
    r = records_write_attempt(root, RUN_HEALTH, &healed);
    return r < 0 ? r : 1;
}

int health_start(int root, struct attempt *attempt, const struct boot_facts *boot,
                 struct boot_record *record)
{
    bool fast = attempt && attempt->has_inventory && record->outcome == OUTCOME_FAST;
    int r;

    if (is_off(root))
        return 0;
    r = fast ? start_attempt(root, attempt, boot) : start_healed(root, boot);
    if (fast ? r >= 0 : r > 0)
        health_begin(record);
    return r < 0 ? r : fast;
}

/* The looks */

/* What this boot is, as arrival has written it down; where that is gone, what is known anyway. */
static void read_record(int root, const struct attempt *attempt, bool fast,
                        struct boot_record *ret_record)
{
    if (records_read_boot(root, ret_record) > 0)
        return;
    boot_record_clear(ret_record);
    *ret_record = (struct boot_record){
        .id = xstrdup(attempt->id),
        .outcome = fast ? OUTCOME_FAST : OUTCOME_FIRMWARE,
        .health = HEALTH_CHECKING,
        .text = xstrdup(fast ? "fast" : "firmware"),
        .release = xstrdup(attempt->release),
        .time = clock_now(),
        .down = -1,
        .back = -1,
        .away = -1,
    };
}

/* `fast` tells the boot that was checked from the one through the firmware after it. */
static void record_answer(int root, const struct attempt *attempt, bool fast,
                          enum health_result answer, const struct losses *losses,
                          const char *and_then)
{
    CLEANUP(boot_record_clear) struct boot_record record;
    int priority = !losses->n ? LOG_NOTICE : losses->critical ? LOG_ERR : LOG_WARNING;

    read_record(root, attempt, fast, &record);
    if (record.health != HEALTH_CHECKING)
        return; /* a look before this one was killed after it had said so */
    health_describe(answer, losses, &record);
    journal_tell_record(EVENT_HEALTH, priority, &record, "checked: %s%s", record.text, and_then);
    records_write_boot(root, &record);
}

static int finish(int root, const struct attempt *checked)
{
    int r = records_end_attempt(root, checked);

    if (r >= 0 && checked->state != ATTEMPT_CHECKING)
        r = records_remove_attempt(root, STATE_HEALING);
    if (r >= 0)
        r = records_remove_attempt(root, RUN_HEALTH);
    return r < 0 ? r : HEALTH_OVER;
}

/* Whether a reboot was asked for after this attempt already. One that was asked for in this boot
 * has not happened: this program was killed before it came to that. */
static bool was_healed(int root, const struct attempt *attempt)
{
    CLEANUP(attempt_clear) struct attempt healed;
    int r = records_read_attempt(root, STATE_HEALING, &healed);

    if (r <= 0)
        return r < 0; /* what cannot be read might say so */
    return streq(healed.id, attempt->id) && !streq(healed.boot_id, attempt->boot_id);
}

/* From here on a power cut does not bring the machine back to this point: what was asked for stands
 * on the disk. */
static int write_guard(int root, struct attempt *attempt, const struct losses *losses)
{
    int r;

    set_text(&attempt->reason, losses_text(losses));
    names_free(attempt->lost);
    attempt->lost = losses_ids(losses);
    attempt->state = ATTEMPT_HEALING;
    r = records_write_attempt(root, STATE_HEALING, attempt);
    if (r < 0)
        attempt->state = ATTEMPT_CHECKING;
    return r;
}

/* Where fastreboot.service has not started, nothing else tells the next boot why it went through
 * the firmware. Where it has, the load at shutdown writes the same. */
static int write_departure(int root, const char *why)
{
    CLEANUP(attempt_clear) struct attempt next;
    int r = departure_begin(root, &next);

    if (r < 0)
        return r;
    next.state = ATTEMPT_FIRMWARE;
    next.reason = format("a firmware reboot was requested: %s", why);
    next.reason_id = xstrdup("normal-asked");
    return records_write_attempt(root, STATE_ATTEMPT, &next);
}

static int ask_for_firmware(int root, const struct attempt *attempt)
{
    AUTOFREE char *why = format("after the fast reboot into kernel %s something was missing: %s",
                                attempt->release ? attempt->release : "(unknown)", attempt->reason);
    AUTOFREE char *line = format("%s\n", why);
    int r = notes_write_normal(root, line);

    if (r >= 0)
        r = write_departure(root, why); /* in place of this attempt, of which all is known */
    if (r >= 0) /* so that it is asked for again where the reboot is refused */
        r = records_write_attempt(root, RUN_HEALTH, attempt);
    return r < 0 ? r : HEALTH_REBOOT;
}

/* Without a reboot; `why` says what keeps it from one. */
static int give_up(int root, const struct attempt *attempt, const struct losses *losses,
                   const char *why)
{
    records_remember(root, attempt, "it came up, and something was missing");
    record_answer(root, attempt, true, LOOK_HEAL, losses, why);
    return finish(root, attempt);
}

static int heal(int root, struct attempt *attempt, const struct health_look *look,
                const struct losses *losses, struct health_news *ret_news)
{
    AUTOFREE char *reason = NULL;
    int r;

    if (was_healed(root, attempt))
        return give_up(root, attempt, losses, "; no reboot, because one was asked for before");
    if (countdown_runs(root, attempt, look, losses, ret_news))
        return HEALTH_WAIT;
    r = write_guard(root, attempt, losses);
    if (r < 0) {
        journal_trouble("/" STATE_HEALING, r);
        return give_up(root, attempt, losses, "; no reboot, because it cannot be written down");
    }
    reason = format("it came up, and something was missing: %s", attempt->reason);
    records_remember(root, attempt, reason);
    record_answer(root, attempt, true, LOOK_HEAL, losses,
                  "; the machine reboots now, once, through the firmware");
    return ask_for_firmware(root, attempt);
}

static bool is_this_boot(const struct attempt *attempt, const struct boot_facts *boot)
{
    return boot->boot_id && streq(attempt->boot_id, boot->boot_id);
}

/* What the firmware does not bring back either was not the kernel's doing: a cable, a disk that
 * died just then. It is to blame for anything that came back with the firmware. */
static bool is_innocent(const struct attempt *attempt, enum health_result answer,
                        const struct losses *losses)
{
    return answer == LOOK_HEAL && attempt->kernel && attempt->lost && attempt->lost[0] &&
           losses_include(losses, attempt->lost);
}

static int conclude_fast(int root, const struct attempt *attempt, enum health_result answer,
                         const struct losses *losses)
{
    if (answer == LOOK_COMPLETE)
        records_forgive(root, NULL);
    record_answer(root, attempt, true, answer, losses, "");
    return finish(root, attempt);
}

/* After the reboot through the firmware. */
static int conclude_healed(int root, const struct attempt *attempt, enum health_result answer,
                           const struct losses *losses)
{
    bool innocent = is_innocent(attempt, answer, losses);

    if (innocent)
        records_forgive(root, attempt->kernel);
    record_answer(root, attempt, false, answer, losses,
                  innocent ? "; so it was not the kernel, which may be tried again" : "");
    return finish(root, attempt);
}

static int conclude(int root, struct attempt *attempt, const struct health_look *look,
                    struct health_news *ret_news)
{
    CLEANUP(losses_clear) struct losses losses = {0};
    enum health_result answer = health_judge(look, &losses);

    if (answer == LOOK_WAIT) {
        if (attempt->state == ATTEMPT_CHECKING && losses.critical)
            countdown_tell(root, attempt, look, &losses, ret_news);
        return HEALTH_WAIT;
    }
    if (attempt->state == ATTEMPT_HEALING)
        return conclude_healed(root, attempt, answer, &losses);
    if (answer == LOOK_HEAL)
        return heal(root, attempt, look, &losses, ret_news);
    countdown_call_off(attempt, "what was missing is back", ret_news);
    return conclude_fast(root, attempt, answer, &losses);
}

/* What to look for is not known any more, and was set aside. The kernel is not to blame if the
 * machine goes down later. */
static int abandon(int root, int error)
{
    CLEANUP(attempt_clear) struct attempt attempt;
    CLEANUP(boot_record_clear) struct boot_record record = {0};
    AUTOFREE char *why = format("/" RUN_HEALTH ": %s", json_error(error));
    int r = 0;

    if (records_read_boot(root, &record) > 0 && record.health == HEALTH_CHECKING) {
        health_abandon(&record, why);
        journal_tell_record(EVENT_HEALTH, LOG_WARNING, &record, "checked: %s", record.text);
        records_write_boot(root, &record);
    }
    if (records_read_attempt(root, STATE_ATTEMPT, &attempt) > 0 &&
        attempt.state == ATTEMPT_CHECKING)
        r = records_remove_attempt(root, STATE_ATTEMPT);
    return r < 0 ? r : HEALTH_OVER;
}

int health_check(int root, const struct config *config, const struct health_seen *seen,
                 struct health_news *ret_news)
{
    CLEANUP(attempt_clear) struct attempt attempt;
    CLEANUP(boot_facts_clear) struct boot_facts boot = {0};
    CLEANUP(inventory_clear) struct inventory now = {0};
    int r;

    *ret_news = (struct health_news){0};
    r = records_read_attempt(root, RUN_HEALTH, &attempt);
    if (r <= 0)
        return r < 0 ? abandon(root, r) : HEALTH_OVER;
    boot_facts_read(root, &boot);
    if (attempt.state == ATTEMPT_HEALING && is_this_boot(&attempt, &boot))
        return HEALTH_REBOOT; /* it was asked for, and did not come yet */
    inventory_read(root, &now);
    return conclude(root, &attempt,
                    &(struct health_look){.config = config,
                                          .before = &attempt.inventory,
                                          .now = &now,
                                          .state = seen->state,
                                          .waiting = seen->waiting,
                                          .uptime = seen->uptime,
                                          .since = attempt.since},
                    ret_news);
}

bool health_is_settled(int root)
{
    CLEANUP(boot_facts_clear) struct boot_facts boot = {0};
    CLEANUP(health_facts_clear) struct health_facts health = {0};
    CLEANUP(losses_clear) struct losses losses = {0};

    boot_facts_read(root, &boot);
    records_read_health(root, boot.boot_id, &health);
    if (!health.under_way || health.asked)
        return false;
    inventory_read(root, &health.now);
    compare(&health.before, &health.now, &losses);
    return !losses.critical;
}

bool health_lacks_network(int root)
{
    CLEANUP(attempt_clear) struct attempt attempt;

    return records_read_attempt(root, RUN_HEALTH, &attempt) > 0 && ids_have_network(attempt.lost);
}

/* The reboot was asked for, and something has kept it from coming so far. */
static int take_back(int root)
{
    int r = notes_remove_normal(root);

    if (r >= 0)
        r = records_remove_attempt(root, STATE_ATTEMPT);
    if (r >= 0)
        r = records_remove_attempt(root, STATE_HEALING);
    if (r >= 0)
        r = records_remove_attempt(root, RUN_HEALTH);
    return r;
}

static int end_now(int root, const struct config *config, const struct health_seen *seen,
                   struct attempt *attempt)
{
    CLEANUP(inventory_clear) struct inventory now = {0};
    CLEANUP(losses_clear) struct losses losses = {0};
    enum health_result answer;

    inventory_read(root, &now);
    answer = health_judge(&(struct health_look){.config = config,
                                                .before = &attempt->inventory,
                                                .now = &now,
                                                .state = seen->state,
                                                .waiting = seen->waiting,
                                                .uptime = INT64_MAX},
                          &losses);
    if (answer == LOOK_HEAL)
        return give_up(root, attempt, &losses, "; no reboot, because it was cancelled");
    return conclude_fast(root, attempt, answer, &losses);
}

int health_cancel(int root, const struct config *config, const struct health_seen *seen,
                  struct health_news *ret_news)
{
    CLEANUP(attempt_clear) struct attempt attempt;
    CLEANUP(boot_facts_clear) struct boot_facts boot = {0};
    int r = records_read_attempt(root, RUN_HEALTH, &attempt);

    *ret_news = (struct health_news){0};
    boot_facts_read(root, &boot);
    if (r <= 0 || !is_this_boot(&attempt, &boot))
        return r < 0 ? r : 0;
    if (attempt.state == ATTEMPT_HEALING)
        r = take_back(root);
    else
        r = end_now(root, config, seen, &attempt);
    countdown_call_off(&attempt, "somebody has run `fastreboot cancel`", ret_news);
    return r < 0 ? r : 1;
}
