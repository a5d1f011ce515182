/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/survey.h"

#include "act/systemd.h"
#include "base/clock.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "decide/health.h"
#include "decide/repeat.h"
#include "discover/discover.h"
#include "discover/hardware/inventory.h"
#include "discover/kernel/payload.h"
#include "discover/system/memory.h"
#include "facts/notes.h"
#include "reboot/baseline.h"
#include "reboot/countdown.h"
#include "reboot/notes.h"
#include "reboot/records.h"
#include "reboot/trace.h"

/* The units' files say what they are there for, but systemd may run what it has read before. A user
 * who may not ask it, and a machine that is a recording, have the files alone. */
static void join_units(int root, struct unit_facts *units)
{
    static const struct {
        const char *unit, *property, *arguments;
    } COMMANDS[] = {
        {SERVICE_UNIT, "ExecStop", "load --at-shutdown"},
        {JUMP_UNIT, "ExecStart", "jump"},
    };

    if (!root_is_live(root) || units->enabled.is != ANSWER_YES || units->masked.is != ANSWER_NO)
        return;
    for (size_t i = 0; i < ELEMENTS(COMMANDS) && units->changed.is == ANSWER_NO; i++)
        if (systemd_runs(COMMANDS[i].unit, COMMANDS[i].property, COMMANDS[i].arguments) == 0)
            answer_note(&units->changed,
                        format("systemd has not read the files of %s again since they changed: it "
                               "would not run `fastreboot %s`",
                               COMMANDS[i].unit, COMMANDS[i].arguments));
}

char *survey_signature(const struct facts *facts)
{
    char *signature = payload_signature(&facts->payload);

    for (size_t i = 0; i < facts->crypt.n_volumes; i++)
        if (signature && unlock_is_enrolled(&facts->crypt.volumes[i]))
            append_text(&signature, " ", facts->crypt.volumes[i].uuid);
    return signature;
}

/* A note of a kernel that is no longer loaded is stale. */
static void join_loaded(int root, const char *added, struct facts *facts)
{
    AUTOFREE char *signature = NULL, *blocks = NULL;

    notes_read_loaded(root, &facts->loaded);
    if (facts->kexec.loaded.is == ANSWER_NO)
        loaded_facts_clear(&facts->loaded);
    if (!facts->loaded.signature || !facts->payload.entry)
        return;
    signature = survey_signature(facts);
    blocks = memory_blocks(root);
    loaded_compare(facts, signature, added, blocks);
}

static void join_health(int root, struct facts *facts)
{
    CLEANUP(boot_record_clear) struct boot_record record = {0};
    struct health_facts *health = &facts->health;

    records_read_health(root, facts->boot.boot_id, health);
    if (!health->under_way)
        return;
    inventory_read(root, &health->now);
    health->told = countdown_read(root);
    /* The check began when this boot was judged. */
    if (records_read_boot(root, &record) > 0)
        health->deadline = record.time + health_limit(&facts->config) + HEALTH_NOTICE;
}

static void join_baseline(int root, struct facts *facts)
{
    CLEANUP(inventory_clear) struct inventory now = {0};

    if (!baseline_exists(root))
        return;
    if (!facts->health.under_way)
        inventory_read(root, &now);
    baseline_compare(root, facts->health.under_way ? &facts->health.now : &now,
                     &facts->device_lost);
}

static void join_history(int root, struct facts *facts)
{
    CLEANUP(history_clear) struct history history;

    (void)records_read_history(root, &history); /* as far as it goes */
    repeat_find(&history, &facts->repeat);
    row_find(&history, root_is_live(root) ? clock_now() : 0, &facts->row);
}

void survey_make(int root, enum purpose purpose, struct survey *ret_survey)
{
    struct facts *facts = &ret_survey->facts;

    *ret_survey = (struct survey){0};
    facts_read(root, facts);
    notes_read_armed(root, &facts->units.armed);
    join_units(root, &facts->units);
    join_health(root, facts);
    join_baseline(root, facts);
    records_read_failures(root, &facts->failure);
    join_history(root, facts);
    facts->traced = trace_is_armed(root) > 0;
    ret_survey->added = additions_decide(facts);
    join_loaded(root, ret_survey->added, facts);
    decide(facts, purpose, &ret_survey->verdict);
}

void survey_clear(struct survey *survey)
{
    verdict_clear(&survey->verdict);
    free(survey->added);
    loaded_facts_clear(&survey->facts.loaded);
    failure_facts_clear(&survey->facts.failure);
    repeat_clear(&survey->facts.repeat);
    health_facts_clear(&survey->facts.health);
    answer_clear(&survey->facts.device_lost);
    facts_clear(&survey->facts);
}
