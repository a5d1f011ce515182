/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/records.h"

#include <errno.h>

#include "act/journal.h"
#include "act/state.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "decide/death.h"
#include "discover/hardware/inventory.h"
#include "discover/system/started.h"
#include "facts/notes.h"
#include "reboot/aside.h"
#include "reboot/death.h"
#include "reboot/times.h"

/* Attempts */

int records_write_attempt(int root, const char *path, const struct attempt *attempt)
{
    AUTOJSON struct json_object *object = attempt_to_json(attempt);

    return state_write_json(root, path, object);
}

int records_remove_attempt(int root, const char *path)
{
    return state_remove(root, path);
}

int records_peek_attempt(int root, const char *path, struct attempt *ret)
{
    AUTOJSON struct json_object *object = NULL;
    int r = json_read(root, path, &object);

    *ret = (struct attempt){0};
    return r < 0 ? r : attempt_from_json(object, ret);
}

bool records_is_of_this_machine(int root, const struct attempt *attempt)
{
    CLEANUP(machine_clear) struct machine machine = {0};

    machine_read(root, &machine);
    return !machine_differs(&attempt->machine, &machine);
}

int records_read_attempt(int root, const char *path, struct attempt *ret)
{
    int r = records_peek_attempt(root, path, ret);

    if (r == -ENOENT)
        return 0;
    if (r >= 0 && records_is_of_this_machine(root, ret))
        return 1;
    attempt_clear(ret);
    if (r >= 0) {
        aside_keep(root, path, "other-machine", "written on another machine");
        return -ESTALE;
    }
    aside_keep_unreadable(root, path, r);
    return r;
}

int records_end_attempt(int root, const struct attempt *attempt)
{
    CLEANUP(attempt_clear) struct attempt now;

    if (records_peek_attempt(root, STATE_ATTEMPT, &now) < 0 || !streq(now.id, attempt->id))
        return 0;
    return state_remove(root, STATE_ATTEMPT);
}

/* False also where the id is not known. */
static bool is_of_this_boot(int root, const char *boot_id)
{
    AUTOFREE char *now = NULL;

    return boot_id && root_read_line(root, "proc/sys/kernel/random/boot_id", 64, &now) >= 0 &&
           streq(now, boot_id);
}

void records_revise_attempt(int root, enum attempt_state state, const char *reason,
                            const char *reason_id)
{
    CLEANUP(attempt_clear) struct attempt attempt;

    if (records_peek_attempt(root, STATE_ATTEMPT, &attempt) < 0 ||
        attempt.state != ATTEMPT_LOADED || !is_of_this_boot(root, attempt.boot_id))
        return;
    attempt.state = state;
    set_text(&attempt.reason, xstrdup(reason));
    set_text(&attempt.reason_id, xstrdup(reason_id));
    (void)records_write_attempt(root, STATE_ATTEMPT, &attempt);
}

void records_read_health(int root, const char *boot_id, struct health_facts *ret)
{
    CLEANUP(attempt_clear) struct attempt attempt;
    int r = records_peek_attempt(root, RUN_HEALTH, &attempt);

    *ret = (struct health_facts){.error = r == -ENOENT || r >= 0 ? 0 : -r};
    /* After the firmware reboot that was to help, nothing is waited for: that is another boot. */
    if (r < 0 || (attempt.state != ATTEMPT_CHECKING && attempt.state != ATTEMPT_HEALING) ||
        !boot_id || !streq(attempt.boot_id, boot_id))
        return;
    if (attempt.state == ATTEMPT_HEALING)
        ret->asked = attempt.reason ? steal(&attempt.reason) : xstrdup("(unknown)");
    ret->under_way = true;
    ret->release = steal(&attempt.release);
    ret->before = attempt.inventory;
    attempt.inventory = (struct inventory){0};
}

int records_has_health(int root)
{
    return root_exists(root, RUN_HEALTH);
}

/* Boots */

static int read_history(int root, char **ret_text, struct history *ret)
{
    size_t length;
    int r = root_read(root, STATE_HISTORY, HISTORY_BYTES, ret_text, &length);

    *ret = (struct history){0};
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    r = history_parse(*ret_text, ret);
    return r >= 0 && strlen(*ret_text) != length ? -EBADMSG : r; /* a zero byte hides the rest */
}

static int write_history(int root, const struct boot_record *record)
{
    CLEANUP(history_clear) struct history history;
    AUTOFREE char *old = NULL, *text = NULL;
    int r = aside_keep_damaged(root, STATE_HISTORY, read_history(root, &old, &history), &old);

    if (r < 0)
        return r;
    text = history_with(old, record);
    return state_write(root, STATE_HISTORY, text);
}

void records_write_boot(int root, const struct boot_record *record)
{
    AUTOJSON struct json_object *object = boot_record_to_json(record);
    int r = write_history(root, record);

    if (r < 0)
        journal_trouble("/" STATE_HISTORY, r);
    r = state_write_json(root, RUN_BOOT, object);
    if (r < 0)
        journal_trouble("/" RUN_BOOT, r);
}

void records_write_firmware_boot(int root, const struct attempt *attempt)
{
    CLEANUP(firmware_boot_clear) struct firmware_boot boot;
    AUTOJSON struct json_object *object = NULL;
    int r = 0;

    firmware_boot_read(root, &boot);
    if (boot.known)
        object = firmware_boot_to_json(&boot);
    else if (attempt && attempt->firmware_boot.known)
        object = firmware_boot_to_json(&attempt->firmware_boot);
    if (object)
        r = state_write_json(root, RUN_FIRMWARE_BOOT, object);
    if (r < 0)
        journal_trouble("/" RUN_FIRMWARE_BOOT, r);
}

static void add_deaths(int root, struct boot_record records[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        CLEANUP(death_clear) struct death death = {0};

        if (records[i].outcome != OUTCOME_FAILED || !records[i].id ||
            death_read(root, records[i].id, &death) <= 0)
            continue;
        records[i].death = xcalloc(1, sizeof(death));
        *records[i].death = death;
        death = (struct death){0};
        if (is_of_this_boot(root, records[i].boot_id) && death_look_again(root, records[i].death))
            death_explain(records[i].death, &records[i]);
    }
}

/* Where they are known. */
static void add_times(int root, struct boot_record records[], size_t n)
{
    CLEANUP(times_list_clear) struct times_list list;

    times_read(root, &list);
    for (size_t i = 0; i < n; i++) {
        struct reboot_times times;

        if (!times_take(&list, records[i].boot_id, &times))
            continue;
        records[i].away = times_away(&times);
        records[i].times = xcalloc(1, sizeof(times));
        *records[i].times = times;
    }
}

int records_read_boot(int root, struct boot_record *ret)
{
    AUTOJSON struct json_object *object = NULL;
    int r = json_read(root, RUN_BOOT, &object);

    *ret = (struct boot_record){0};
    if (r == -ENOENT)
        return 0;
    if (r >= 0)
        r = boot_record_from_json(object, ret);
    if (r < 0)
        return r;
    add_times(root, ret, 1);
    add_deaths(root, ret, 1);
    return 1;
}

int records_has_boot(int root)
{
    return root_exists(root, RUN_BOOT);
}

int records_read_history(int root, struct history *ret)
{
    AUTOFREE char *text = NULL;
    int r = read_history(root, &text, ret);

    add_times(root, ret->all, ret->n);
    add_deaths(root, ret->all, ret->n);
    return r;
}

/* Failures */

void records_read_failures(int root, struct failure_facts *ret)
{
    AUTOJSON struct json_object *object = NULL;
    int r;

    *ret = (struct failure_facts){0};
    (void)root_read_line(root, "sys/class/dmi/id/bios_version", 256, &ret->firmware);
    r = json_read(root, STATE_FAILED, &object);
    if (r >= 0)
        r = failures_from_json(object, &ret->failures);
    if (r < 0 && r != -ENOENT)
        ret->error = -r;
    if (r < 0)
        failures_clear(&ret->failures); /* a part must not replace the whole */
}

static void write_failures(int root, const struct failures *failures)
{
    AUTOJSON struct json_object *object = failures_to_json(failures);
    int r = state_write_json(root, STATE_FAILED, object);

    if (r < 0)
        journal_trouble("/" STATE_FAILED, r);
}

/* For a change: what cannot be read is put aside. */
static void take_failures(int root, struct failure_facts *ret)
{
    records_read_failures(root, ret);
    if (ret->error)
        aside_keep_unreadable(root, STATE_FAILED, -ret->error);
}

void records_remember(int root, const struct attempt *attempt, const char *reason)
{
    CLEANUP(failure_facts_clear) struct failure_facts facts = {0};
    struct failure failure = {.kernel = attempt->kernel,
                              .release = attempt->release,
                              .reason = (char *)reason,
                              .time = clock_now()};

    if (!failure.kernel || !failure.release)
        return;
    take_failures(root, &facts);
    failure.firmware = facts.firmware;
    failures_add(&facts.failures, &failure);
    write_failures(root, &facts.failures);
}

void records_count_load(int root, const char *id)
{
    CLEANUP(failure_facts_clear) struct failure_facts facts;

    if (id)
        take_failures(root, &facts);
    else
        records_read_failures(root, &facts); /* one that is damaged has counted nothing */
    if (failures_count_load(&facts.failures, id))
        write_failures(root, &facts.failures);
}

void records_forgive(int root, const char *kernel)
{
    CLEANUP(failure_facts_clear) struct failure_facts facts;

    records_read_failures(root, &facts);
    if (facts.failures.n == 0)
        return;
    if (kernel)
        failures_remove(&facts.failures, kernel);
    for (size_t i = 0; !kernel && i < facts.failures.n; i++)
        facts.failures.all[i].past = true;
    write_failures(root, &facts.failures);
}

int records_forget(int root)
{
    return state_remove(root, STATE_FAILED);
}
