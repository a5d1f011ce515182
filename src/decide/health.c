/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/health.h"

#include "base/root.h"
#include "base/util.h"

static const char CHECKING[] = "; health check under way";

/* A configuration with an error counts as none. */
int64_t health_limit(const struct config *config)
{
    int seconds =
        config->error || !config->health_timeout ? HEALTH_TIMEOUT : config->health_timeout;

    return seconds * (int64_t)1000000;
}

void health_begin(struct boot_record *record)
{
    append_text(&record->text, "", CHECKING);
    record->health = HEALTH_CHECKING;
}

/* After a reboot through the firmware there is only a check if it was for what was missing. */
bool health_is_alarming(const struct boot_record *record)
{
    bool healed = record->outcome == OUTCOME_FIRMWARE && record->health == HEALTH_COMPLETE;

    return healed || record->outcome == OUTCOME_FAILED || record->outcome == OUTCOME_DAMAGED ||
           record->health == HEALTH_MISSING;
}

/* Takes back what health_begin() said. */
static void drop_checking(struct boot_record *record)
{
    size_t length = strlen(record->text), end = strlen(CHECKING);

    if (length >= end && streq(record->text + length - end, CHECKING))
        record->text[length - end] = 0;
}

void health_abandon(struct boot_record *record, const char *why)
{
    AUTOFREE char *text = format("the health check ended without a result: %s", why);

    drop_checking(record);
    append_text(&record->text, "; ", text);
    record->health = HEALTH_UNKNOWN;
}

static void add_unit(const struct health_look *look, struct losses *losses)
{
    const char *unit = look->config->error ? NULL : look->config->health_unit;

    if (!unit || (look->state && streq(look->state, "active")))
        return;
    losses_add(losses, true, format("unit:%s", unit),
               look->state ? format("unit %s is %s, not active (health-unit in %s)", unit,
                                    look->state, look->config->health_unit_source)
                           : format("unit %s may not be active: systemd does not say (health-unit "
                                    "in %s)",
                                    unit, look->config->health_unit_source));
}

int64_t health_boot_limit(const struct config *config, const struct inventory *before)
{
    static const long LONGEST = 12 * 60 * 60; /* of a boot, in seconds; beyond is no boot */
    int64_t limit = health_limit(config);
    int64_t twice = (before->boot > LONGEST ? LONGEST : before->boot) * (int64_t)2000000;

    if (limit < 0)
        return INT64_MAX;
    return twice > limit ? twice : limit;
}

/* Where the boot before did not end either, or nobody knows, this one is no worse. */
static void add_boot(const struct health_look *look, struct losses *losses)
{
    if (look->waiting)
        losses_add(losses, look->before->boot > 0, xstrdup("boot"),
                   format("the boot has not ended: it waits for %s", look->waiting));
}

/* A boot that hangs is not given the time of the check on top of its own. */
int64_t health_end(const struct health_look *look)
{
    if (look->waiting && look->before->boot > 0)
        return health_boot_limit(look->config, look->before);
    return look->since + health_limit(look->config);
}

enum health_result health_judge(const struct health_look *look, struct losses *ret_losses)
{
    compare(look->before, look->now, ret_losses);
    add_unit(look, ret_losses);
    add_boot(look, ret_losses);
    losses_sort(ret_losses);
    if (ret_losses->n == 0)
        return LOOK_COMPLETE;
    if (look->uptime < health_end(look))
        return LOOK_WAIT;
    return ret_losses->critical ? LOOK_HEAL : LOOK_MISSING;
}

static char **list_missing(const struct losses *losses)
{
    char **list = xcalloc(MAX_MISSING + 1, sizeof(*list));

    for (size_t i = 0; i < losses->n && i < MAX_MISSING; i++)
        list[i] = xstrdup(losses->all[i].text);
    if (losses->n > MAX_MISSING)
        set_text(&list[MAX_MISSING - 1], format("and %zu more", losses->n - (MAX_MISSING - 1)));
    return list;
}

static char *describe(bool fast, const struct boot_record *record, const struct losses *losses)
{
    const char *release = record->release ? record->release : "(unknown)";
    AUTOFREE char *missing = losses_text(losses);

    if (fast && losses->n == 0)
        return format("fast and complete: kernel %s was started by kexec", release);
    if (fast)
        return format("fast, but something is missing: %s; kernel %s was started by kexec", missing,
                      release);
    if (losses->n == 0)
        return format("%s; everything is back", record->text);
    return format("%s; still missing after the firmware reboot: %s", record->text, missing);
}

void health_describe(enum health_result answer, const struct losses *losses,
                     struct boot_record *record)
{
    bool fast = record->outcome == OUTCOME_FAST || record->outcome == OUTCOME_DAMAGED;

    drop_checking(record);
    set_text(&record->text, describe(fast, record, losses));
    record->health = losses->n ? HEALTH_MISSING : HEALTH_COMPLETE;
    if (fast)
        record->outcome = answer == LOOK_HEAL ? OUTCOME_DAMAGED : OUTCOME_FAST;
    names_free(record->missing);
    record->missing = losses->n ? list_missing(losses) : NULL;
}
