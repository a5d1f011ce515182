/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/health.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"

static const char CHECKING[] = "; being checked";

int health_begin(struct boot_record *record)
{
    char *text = format("%s%s", record->text, CHECKING);

    if (!text)
        return -ENOMEM;
    free(record->text);
    record->text = text;
    record->health = HEALTH_CHECKING;
    return 0;
}

/* What it said before. */
static void drop_checking(struct boot_record *record)
{
    size_t length = strlen(record->text), end = strlen(CHECKING);

    if (length >= end && streq(record->text + length - end, CHECKING))
        record->text[length - end] = 0;
}

static int add_unit(const struct health_look *look, struct losses *losses)
{
    if (!look->unit || (look->state && streq(look->state, "active")))
        return 0;
    return losses_add(
        losses, true,
        look->state ? format("unit %s is %s, not active", look->unit, look->state)
                    : format("unit %s is perhaps not active: systemd does not say", look->unit));
}

int health_judge(const struct health_look *look, enum health_answer *ret_answer,
                 struct losses *ret_losses)
{
    int r = compare(look->before, look->now, ret_losses);

    if (r >= 0)
        r = add_unit(look, ret_losses);
    if (r < 0)
        return r;
    losses_sort(ret_losses);
    if (ret_losses->n == 0)
        *ret_answer = ANSWER_COMPLETE;
    else if (look->uptime < look->limit)
        *ret_answer = ANSWER_WAIT;
    else
        *ret_answer = ret_losses->critical ? ANSWER_HEAL : ANSWER_MISSING;
    return 0;
}

char *losses_text(const struct losses *losses)
{
    char *text = strdup("");

    for (size_t i = 0; text && i < losses->n && i < MAX_MISSING; i++) {
        AUTOFREE char *shorter = text;

        text = format("%s%s%s", shorter, i ? ", " : "", losses->all[i].text);
    }
    if (text && losses->n > MAX_MISSING) {
        AUTOFREE char *shorter = text;

        text = format("%s, and %zu more", shorter, losses->n - MAX_MISSING);
    }
    return text;
}

static int list_missing(const struct losses *losses, char ***ret_list)
{
    CLEANUP(names_freep) char **list = calloc(MAX_MISSING + 1, sizeof(*list));

    for (size_t i = 0; list && i < losses->n && i < MAX_MISSING; i++) {
        list[i] = strdup(losses->all[i].text);
        if (!list[i])
            return -ENOMEM;
    }
    if (!list)
        return -ENOMEM;
    *ret_list = steal(&list);
    return 0;
}

static char *describe(bool fast, const struct boot_record *record, const struct losses *losses)
{
    const char *release = record->release ? record->release : "(unknown)";
    AUTOFREE char *missing = losses_text(losses);

    if (!missing)
        return NULL;
    if (fast && losses->n == 0)
        return format("fast and complete: kernel %s was started by kexec", release);
    if (fast)
        return format("fast, but something is missing: %s; kernel %s was started by kexec", missing,
                      release);
    if (losses->n == 0)
        return format("%s; now everything is there again", record->text);
    return format("%s; it is missing after the firmware reboot too: %s", record->text, missing);
}

int health_describe(enum health_answer answer, const struct losses *losses,
                    struct boot_record *record)
{
    bool fast = record->outcome == OUTCOME_FAST || record->outcome == OUTCOME_DAMAGED;
    char *text;

    drop_checking(record);
    text = describe(fast, record, losses);
    if (!text)
        return -ENOMEM;
    free(record->text);
    record->text = text;
    record->health = losses->n ? HEALTH_MISSING : HEALTH_COMPLETE;
    if (fast)
        record->outcome = answer == ANSWER_HEAL ? OUTCOME_DAMAGED : OUTCOME_FAST;
    names_free(record->missing);
    record->missing = NULL;
    return losses->n ? list_missing(losses, &record->missing) : 0;
}

int reason_being_checked(const struct facts *facts, char **ret_text)
{
    const struct health_facts *health = &facts->health;
    CLEANUP(losses_clear) struct losses losses = {0};
    AUTOFREE char *missing = NULL;
    int r = health->under_way ? compare(&health->before, &health->now, &losses) : -health->error;

    if (r < 0 || !losses.critical)
        return r;
    missing = losses_text(&losses);
    if (!missing)
        return -ENOMEM;
    *ret_text = format("since the fast reboot into kernel %s this is missing, and may still come: "
                       "%s",
                       health->release ? health->release : "(unknown)", missing);
    return *ret_text ? 1 : -ENOMEM;
}
