/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "base/text.h"
#include "base/util.h"
#include "report/monitoring.h"
#include "report/words.h"

static size_t count_missing(const struct boot_record *last)
{
    size_t n = 0;

    while (last && last->missing && last->missing[n])
        n++;
    return n;
}

static bool went_wrong(const struct boot_record *last)
{
    return last && (last->outcome == OUTCOME_FAILED || last->outcome == OUTCOME_DAMAGED ||
                    last->health == HEALTH_MISSING);
}

static enum nagios_state state_of(const struct verdict *verdict, const struct boot_record *last)
{
    if (went_wrong(last) || reboots_itself(verdict))
        return NAGIOS_CRITICAL;
    if (verdict->needs_root)
        return NAGIOS_UNKNOWN;
    return verdict->fast && verdict->warnings == 0 ? NAGIOS_OK : NAGIOS_WARNING;
}

static bool explains(const struct verdict *verdict, const struct finding *finding)
{
    if (reboots_itself(verdict))
        return streq(finding->reason->id, "being-checked");
    return is_shown(finding) && finding->reason->severity == SEVERITY_WARN;
}

/* The finding that explains the headline: what decided, or else the first warning. */
static const struct finding *explanation(const struct verdict *verdict)
{
    if (verdict->because && !reboots_itself(verdict))
        return verdict->needs_root ? NULL : verdict->because;
    for (size_t i = 0; i < verdict->n; i++)
        if (explains(verdict, &verdict->findings[i]))
            return &verdict->findings[i];
    return NULL;
}

/* What is said about it, for people. */
static char *words_of(const struct survey *survey, const struct boot_record *last, int64_t now)
{
    const struct finding *finding = explanation(&survey->verdict);
    AUTOFREE char *details = went_wrong(last) ? details_text(last) : NULL, *first = NULL;
    AUTOFREE char *text = NULL;
    enum style style;

    first = headline(survey, now, &style);
    if (went_wrong(last))
        append_text(&text, "", "Last reboot: ");
    if (went_wrong(last))
        append_text(&text, "", outcome_name(last->outcome));
    if (details)
        append_text(&text, ", ", details);
    append_text(&text, "; ", first);
    if (finding)
        append_text(&text, ": ", finding->found.text);
    return steal(&text);
}

/* LABEL=VALUE, with the thresholds and the least possible value: after a vertical bar. */
static char *numbers_of(const struct survey *survey, const struct boot_record *last)
{
    AUTOFREE char *text = format("warnings=%zu;0;;0", survey->verdict.warnings);
    AUTOFREE char *missing = format("missing=%zu;;0;0", count_missing(last));

    append_text(&text, " ", missing);
    if (!survey->facts.failure.error) {
        AUTOFREE char *failed = format("failed_kernels=%zu;0;;0", survey->facts.failure.failures.n);

        append_text(&text, " ", failed);
    }
    if (last && last->back >= 0) {
        AUTOFREE char *back =
            format("back=%" PRId64 ".%03" PRId64 "s;;;0", last->back / 1000, last->back % 1000);

        append_text(&text, " ", back);
    }
    return steal(&text);
}

char *nagios_text(const struct survey *survey, const struct boot_record *last, int64_t now,
                  enum nagios_state *ret_state)
{
    static const char *const NAMES[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    AUTOFREE char *raw = words_of(survey, last, now), *words = text_printable(raw);
    AUTOFREE char *numbers = numbers_of(survey, last);

    /* The bar ends the words. */
    for (char *sign = words; *sign; sign++)
        if (*sign == '|')
            *sign = '/';
    *ret_state = state_of(&survey->verdict, last);
    return format("FASTREBOOT %s - %s | %s", NAMES[*ret_state], words, numbers);
}
