/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/repeat.h"

#include "base/util.h"

static bool same(const char *a, const char *b)
{
    return a && b && streq(a, b);
}

/* Records from before there were ids have only words, which stay the same while a reason holds. */
static bool is_same_reason(const struct boot_record *a, const struct boot_record *b)
{
    return a->reason_id || b->reason_id ? same(a->reason_id, b->reason_id) : same(a->text, b->text);
}

/* Another kernel may have come up in between: the reason still holds. */
void repeat_find(const struct history *history, struct repeat_facts *ret)
{
    const struct boot_record *last;

    *ret = (struct repeat_facts){0};
    if (history->n == 0)
        return;
    last = &history->all[history->n - 1];
    for (size_t i = history->n; i > 0; i--) {
        const struct boot_record *record = &history->all[i - 1];

        if (record->outcome != OUTCOME_FIRMWARE || !is_same_reason(record, last))
            break;
        ret->of_release += same(record->release, last->release) && ret->of_release == ret->n;
        ret->n++;
    }
    if (ret->n == 0)
        return;
    ret->id = xstrdup(last->reason_id);
    ret->release = xstrdup(last->release);
    ret->text = xstrdup(last->text);
}

void row_find(const struct history *history, int64_t now, struct row_facts *ret)
{
    size_t i = history->n;

    *ret = (struct row_facts){.now = now};
    while (i > 0 && record_was_fast(&history->all[i - 1]))
        i--;
    ret->fast = history->n - i;
    if (history->n > 0) /* if all of them were fast, it was before the first one */
        ret->firmware = history->all[i > 0 ? i - 1 : 0].time;
}

void repeat_clear(struct repeat_facts *repeat)
{
    free(repeat->id);
    free(repeat->release);
    free(repeat->text);
    *repeat = (struct repeat_facts){0};
}

/* Whether the first half of them is the same: a later version may use a few other words. */
static bool is_alike(const char *a, const char *b)
{
    size_t length = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

    return length > 0 && strncmp(a, b, length / 2 + 1) == 0;
}

bool repeat_is_about(const struct repeat_facts *repeat, const char *id, const char *text)
{
    const char *recorded = repeat->text ? after_prefix(repeat->text, "firmware: ") : NULL;

    if (repeat->id)
        return streq(repeat->id, id);
    return recorded && is_alike(recorded, text);
}

char *repeat_advice(size_t n, const char *advice)
{
    return format("the last %zu reboots went through the firmware for this reason and did not end "
                  "it, so later ones will too: %s",
                  n, advice ? advice : "find out what asks for this again at each boot");
}
