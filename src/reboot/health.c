/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/health.h"

#include <errno.h>

#include "act/journal.h"
#include "act/state.h"
#include "base/clock.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "decide/health.h"
#include "discover/hardware/inventory.h"
#include "discover/system/boot.h"
#include "discover/system/config.h"
#include "reboot/arrival.h"

/* A configuration with an error counts for nothing: then what holds without one. */
static int64_t limit_of(const struct config *config)
{
    int seconds =
        config->error || !config->health_timeout ? HEALTH_TIMEOUT : config->health_timeout;

    return seconds * (int64_t)1000000;
}

static bool is_off(int root)
{
    CLEANUP(config_clear) struct config config;

    return config_load(root, &config) >= 0 && limit_of(&config) < 0;
}

static int write_to(int root, const char *path, const struct attempt *attempt)
{
    AUTOJSON struct json_object *object = attempt_to_json(attempt);

    return state_write_json(root, path, object);
}

static int copy_to(char **text, const char *value)
{
    char *copy = strdup(value);

    if (!copy)
        return -ENOMEM;
    free(*text);
    *text = copy;
    return 0;
}

/* The attempt stays on the disk: if the machine goes down before all is known, the next boot finds
 * it, and does not try this kernel again. */
static int begin_attempt(int root, struct attempt *attempt, const struct boot_facts *boot)
{
    int r = copy_to(&attempt->boot_id, boot->boot_id ? boot->boot_id : "");

    attempt->state = ATTEMPT_CHECKING;
    attempt->since = clock_uptime();
    if (r >= 0)
        r = state_write_attempt(root, attempt);
    if (r >= 0)
        r = write_to(root, RUN_HEALTH, attempt);
    return r < 0 ? r : CHECKING_ATTEMPT;
}

/* Only in a boot by the firmware: in any other nobody knows what that would have brought back.
 * Where the kernel does not tell its loader (arm64), no mark of ours has to do. */
static int begin_healed(int root, const struct boot_facts *boot)
{
    CLEANUP(attempt_clear) struct attempt healed = {0};
    int r = closing_read(root, STATE_HEALED, &healed);

    if (r <= 0)
        return r < 0 ? r : CHECKING_NONE;
    if (boot->way == BOOT_BY_KEXEC || !healed.has_inventory)
        return state_remove(root, STATE_HEALED); /* 0 is CHECKING_NONE, too */
    healed.since = clock_uptime();
    r = write_to(root, RUN_HEALTH, &healed);
    return r < 0 ? r : CHECKING_HEALED;
}

int checking_begin(int root, struct attempt *attempt, const struct boot_facts *boot,
                   struct boot_record *record)
{
    int checking = CHECKING_NONE, r;

    if (!is_off(root)) {
        if (attempt && attempt->has_inventory && record->outcome == OUTCOME_FAST)
            checking = begin_attempt(root, attempt, boot);
        else
            checking = begin_healed(root, boot);
    }
    if (checking <= CHECKING_NONE)
        return checking;
    r = health_begin(record);
    return r < 0 ? r : checking;
}

/* The looks */

/* What this boot is, as `booted` has written it down; where that is gone, what is known anyway. */
static int read_record(int root, const struct attempt *attempt, bool fast,
                       struct boot_record *ret_record)
{
    AUTOJSON struct json_object *object = NULL;
    int r = json_read(root, RUN_BOOT, &object);

    *ret_record = (struct boot_record){0};
    if (r >= 0)
        r = boot_record_from_json(object, ret_record);
    if (r >= 0 || r == -ENOMEM)
        return r;
    boot_record_clear(ret_record);
    *ret_record = (struct boot_record){
        .id = strdup(attempt->id),
        .outcome = fast ? OUTCOME_FAST : OUTCOME_FIRMWARE,
        .text = strdup(fast ? "fast" : "firmware"),
        .release = attempt->release ? strdup(attempt->release) : NULL,
        .time = clock_now(),
        .down = -1,
        .back = -1,
    };
    return ret_record->id && ret_record->text ? 0 : -ENOMEM;
}

/* `fast` tells the boot that was checked from the one by the firmware after it. */
static int record_answer(int root, const struct attempt *attempt, bool fast,
                         enum health_answer answer, const struct losses *losses,
                         const char *and_then)
{
    CLEANUP(boot_record_clear) struct boot_record record;
    int r = read_record(root, attempt, fast, &record), priority = LOG_NOTICE;

    if (r >= 0)
        r = health_describe(answer, losses, &record);
    if (r < 0)
        return r;
    if (losses->n)
        priority = losses->critical ? LOG_ERR : LOG_WARNING;
    journal_tell(EVENT_HEALTH, priority, outcome_name(record.outcome), "checked: %s%s", record.text,
                 and_then);
    closing_record(root, &record);
    return 0;
}

/* The attempt goes only if it is still that of this boot, and not of a reboot that has begun. */
static int drop_attempt(int root, const struct attempt *checked)
{
    CLEANUP(attempt_clear) struct attempt attempt = {0};
    AUTOJSON struct json_object *object = NULL;

    if (json_read(root, STATE_ATTEMPT, &object) < 0 || attempt_from_json(object, &attempt) < 0 ||
        !streq(attempt.id, checked->id))
        return 0;
    return state_remove(root, STATE_ATTEMPT);
}

static int finish(int root, const struct attempt *checked)
{
    int r = drop_attempt(root, checked);

    if (r >= 0 && checked->state == ATTEMPT_HEALED)
        r = state_remove(root, STATE_HEALED);
    if (r >= 0)
        r = state_remove(root, RUN_HEALTH);
    return r < 0 ? r : CHECKING_OVER;
}

/* Whether a reboot was asked for after this attempt already: 1, 0, or -ENOMEM. */
static int was_healed(int root, const struct attempt *attempt)
{
    CLEANUP(attempt_clear) struct attempt healed = {0};
    int there = root_exists(root, STATE_HEALED), r;

    if (there == 0)
        return 0;
    r = closing_read(root, STATE_HEALED, &healed);
    if (r < 0)
        return r;
    if (!healed.id)
        return 1; /* what cannot be read might say so */
    /* In the same boot it was asked for, and this program ended before it came to that. */
    return streq(healed.id, attempt->id) && !streq(healed.boot_id, attempt->boot_id);
}

/* From here on a power cut does not bring the machine back to this point: what was asked for stands
 * on the disk. */
static int write_guard(int root, struct attempt *attempt, const struct losses *losses)
{
    AUTOFREE char *missing = losses_text(losses);
    int r = missing ? copy_to(&attempt->reason, missing) : -ENOMEM;

    attempt->state = ATTEMPT_HEALED;
    if (r >= 0)
        r = write_to(root, STATE_HEALED, attempt);
    if (r < 0)
        attempt->state = ATTEMPT_CHECKING;
    return r;
}

static int ask_for_firmware(int root, const struct attempt *attempt)
{
    AUTOFREE char *why = format("after the fast reboot into kernel %s something was missing: %s\n",
                                attempt->release ? attempt->release : "(unknown)", attempt->reason);
    int r = why ? state_write(root, RUN_NORMAL, why) : -ENOMEM;

    if (r >= 0)
        r = write_to(root, RUN_HEALTH, attempt); /* and again, where the reboot is refused */
    if (r >= 0)
        r = drop_attempt(root, attempt); /* all is known of it */
    return r < 0 ? r : CHECKING_REBOOT;
}

/* Without a reboot: `why` there is none. */
static int give_up(int root, const struct attempt *attempt, const struct losses *losses,
                   const char *why)
{
    int r;

    closing_remember(root, attempt, "it came up, and something was missing");
    r = record_answer(root, attempt, true, ANSWER_HEAL, losses, why);
    return r < 0 ? r : finish(root, attempt);
}

static int heal(int root, struct attempt *attempt, const struct losses *losses)
{
    AUTOFREE char *reason = NULL;
    int r = was_healed(root, attempt);

    if (r < 0)
        return r;
    if (r > 0)
        return give_up(root, attempt, losses, "; no reboot, as one was asked for before");
    r = write_guard(root, attempt, losses);
    if (r < 0) {
        closing_trouble("/" STATE_HEALED, r);
        return give_up(root, attempt, losses, "; no reboot, as it cannot be written down");
    }
    reason = format("it came up, and something was missing: %s", attempt->reason);
    if (!reason)
        return -ENOMEM;
    closing_remember(root, attempt, reason);
    r = record_answer(root, attempt, true, ANSWER_HEAL, losses,
                      "; the machine reboots now, once, by the firmware");
    return r < 0 ? r : ask_for_firmware(root, attempt);
}

static bool is_this_boot(const struct attempt *attempt, const struct boot_facts *boot)
{
    return boot->boot_id && streq(attempt->boot_id, boot->boot_id);
}

/* What the firmware does not bring back either was not the kernel's doing: a cable, a disk that
 * died just then. 1 when that is so, 0 or -ENOMEM. */
static int is_innocent(const struct attempt *attempt, enum health_answer answer,
                       const struct losses *losses)
{
    AUTOFREE char *missing = answer == ANSWER_HEAL ? losses_text(losses) : NULL;

    if (answer == ANSWER_HEAL && !missing)
        return -ENOMEM;
    return missing && attempt->kernel && attempt->reason && streq(missing, attempt->reason);
}

static int conclude_fast(int root, const struct attempt *attempt, enum health_answer answer,
                         const struct losses *losses)
{
    int r = record_answer(root, attempt, true, answer, losses, "");

    if (answer == ANSWER_COMPLETE)
        closing_forgive(root, NULL);
    return r < 0 ? r : finish(root, attempt);
}

/* After the reboot by the firmware. */
static int conclude_healed(int root, const struct attempt *attempt, enum health_answer answer,
                           const struct losses *losses)
{
    int innocent = is_innocent(attempt, answer, losses), r;

    if (innocent < 0)
        return innocent;
    if (innocent)
        closing_forgive(root, attempt->kernel);
    r = record_answer(root, attempt, false, answer, losses,
                      innocent ? "; so it was not the kernel, which is tried again" : "");
    return r < 0 ? r : finish(root, attempt);
}

static int answer(int root, struct attempt *attempt, const struct health_look *look)
{
    CLEANUP(losses_clear) struct losses losses = {0};
    enum health_answer answer;
    int r = health_judge(look, &answer, &losses);

    if (r < 0)
        return r;
    if (answer == ANSWER_WAIT)
        return CHECKING_GO_ON;
    if (attempt->state == ATTEMPT_HEALED)
        return conclude_healed(root, attempt, answer, &losses);
    return answer == ANSWER_HEAL ? heal(root, attempt, &losses)
                                 : conclude_fast(root, attempt, answer, &losses);
}

int checking_look(int root, const struct config *config, const char *state, int64_t uptime)
{
    CLEANUP(attempt_clear) struct attempt attempt = {0};
    CLEANUP(boot_facts_clear) struct boot_facts boot = {0};
    CLEANUP(inventory_clear) struct inventory now = {0};
    int r = closing_read(root, RUN_HEALTH, &attempt);

    if (r <= 0)
        return r < 0 ? r : CHECKING_OVER;
    r = boot_facts_read(root, &boot);
    if (r < 0)
        return r;
    if (attempt.state == ATTEMPT_HEALED && is_this_boot(&attempt, &boot))
        return CHECKING_REBOOT; /* it was asked for, and did not come yet */
    inventory_read(root, &now);
    return answer(root, &attempt,
                  &(struct health_look){.before = &attempt.inventory,
                                        .now = &now,
                                        .unit = config->error ? NULL : config->health_unit,
                                        .state = state,
                                        .uptime = uptime,
                                        .limit = attempt.since + limit_of(config)});
}
