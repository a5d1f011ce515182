/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/words.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "base/util.h"

bool is_shown(const struct finding *finding)
{
    return finding->found.is != ANSWER_NO && !finding->follows && !finding_needs_root(finding);
}

void print_needs_root(const struct verdict *verdict)
{
    AUTOFREE char *ids = NULL;
    size_t n = 0;

    for (size_t i = 0; i < verdict->n; i++)
        if (finding_needs_root(&verdict->findings[i])) {
            append_text(&ids, ", ", verdict->findings[i].reason->id);
            n++;
        }
    if (n > 0)
        print_line(
            "  ", format(n == 1 ? "%zu check needs root: %s" : "%zu checks need root: %s", n, ids));
}

char *duration_text(int64_t milliseconds)
{
    int64_t seconds = milliseconds / 1000;

    if (seconds < 60)
        return format("%" PRId64 ".%" PRId64 " s", seconds, milliseconds % 1000 / 100);
    if (seconds < 3600)
        return format("%" PRId64 " min %" PRId64 " s", seconds / 60, seconds % 60);
    return format("%" PRId64 " h %" PRId64 " min", seconds / 3600, seconds % 3600 / 60);
}

char *time_text(int64_t time)
{
    time_t seconds = (time_t)(time / 1000000);
    struct tm local;
    char text[64];

    if (!localtime_r(&seconds, &local) ||
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M %Z", &local) == 0)
        return xstrdup("at an unknown time");
    return xstrdup(text);
}

char *age_text(int64_t seconds)
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } UNITS[] = {
        {86400 * 7, "week"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};

    for (size_t i = 0; i < ELEMENTS(UNITS); i++) {
        int64_t n = seconds / UNITS[i].seconds;

        if (n > 0)
            return format("%" PRId64 " %s%s", n, UNITS[i].unit, n == 1 ? "" : "s");
    }
    return xstrdup("0 seconds");
}

char *time_and_age_text(int64_t time, int64_t now)
{
    AUTOFREE char *when = time_text(time), *age = NULL;

    if (now <= time)
        return steal(&when);
    age = age_text((now - time) / 1000000);
    return format("%s (%s ago)", when, age);
}

/* The outcome, with which these texts start, is shown separately. */
static const char *without_outcome(const char *text)
{
    static const char *const STARTS[] = {"firmware: ", "failed: ", "unknown: ", "other kernel: "};

    for (size_t i = 0; i < ELEMENTS(STARTS); i++)
        if (after_prefix(text, STARTS[i]))
            return after_prefix(text, STARTS[i]);
    return text;
}

char *details_text(const struct boot_record *record)
{
    bool fast = record->outcome == OUTCOME_FAST || record->outcome == OUTCOME_DAMAGED;
    AUTOFREE char *missing = NULL;

    for (char **text = record->missing; fast && text && *text; text++)
        append_text(&missing, ", ", *text);
    if (missing)
        return format("missing: %s", missing);
    if (fast)
        return record->health == HEALTH_CHECKING ? xstrdup("health check under way") : NULL;
    return xstrdup(without_outcome(record->text));
}

/* The first line */

static size_t count(const struct verdict *verdict, enum severity severity, unsigned kinds)
{
    size_t n = 0;

    for (size_t i = 0; i < verdict->n; i++) {
        const struct finding *finding = &verdict->findings[i];

        n += is_shown(finding) && finding->reason->severity == severity &&
             kinds & 1U << finding_kind(finding);
    }
    return n;
}

static char *warnings_text(const struct verdict *verdict)
{
    size_t n = verdict->warnings;
    const char *s = n == 1 ? "" : "s";

    if (n == 0)
        return xstrdup("");
    if (count(verdict, SEVERITY_WARN, 1U << KIND_FAULT) > 0)
        return format(", but do not reboot yet: %zu warning%s", n, s);
    return format(", with %zu warning%s", n, s);
}

static char *fast_text(const struct survey *survey)
{
    const char *release = survey->facts.payload.image.release;
    const char *running = survey->facts.boot.release;
    AUTOFREE char *warnings = warnings_text(&survey->verdict);

    if (survey->verdict.by_hand)
        return format("Next reboot: fast, into a kernel that fastreboot did not load%s", warnings);
    if (running && !streq(running, release) && !survey->verdict.warnings)
        return format("Next reboot: fast, into kernel %s (running: %s)", release, running);
    return format("Next reboot: fast, into kernel %s%s", release, warnings);
}

static char *healing_text(const struct health_facts *health, int64_t now)
{
    AUTOFREE char *left = NULL, *when = NULL;

    if (now > 0 && health->deadline > now) {
        left = duration_text((health->deadline - now) / 1000000 * 1000);
        return format("THIS MACHINE REBOOTS ITSELF in %s, through the firmware", left);
    }
    if (now > 0 && health->deadline > 0)
        return xstrdup("THIS MACHINE REBOOTS ITSELF any moment now, through the firmware");
    when = health->deadline > 0 ? time_text(health->deadline) : NULL;
    return format("THIS MACHINE REBOOTS ITSELF%s%s, through the firmware", when ? " at " : " soon",
                  when ? when : "");
}

bool reboots_itself(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->n; i++)
        if (streq(verdict->findings[i].reason->id, "being-checked"))
            return verdict->findings[i].found.is == ANSWER_YES;
    return false;
}

/* Whether the request for the firmware is the health check's, which found something missing. */
static bool is_to_heal(const struct survey *survey)
{
    for (size_t i = 0; i < survey->verdict.n; i++)
        if (streq(survey->verdict.findings[i].reason->id, "normal-asked"))
            return is_shown(&survey->verdict.findings[i]) && survey->facts.units.armed.text;
    return false;
}

/* Whether a reboot through the firmware would fail, too. */
static bool fails_anyway(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->n; i++)
        if (verdict->findings[i].anyway && is_shown(&verdict->findings[i]))
            return true;
    return false;
}

/* What it takes to be fast again. */
static char *until_text(const struct survey *survey, enum style *style)
{
    const struct verdict *verdict = &survey->verdict;
    size_t faults = count(verdict, SEVERITY_BLOCK, 1U << KIND_FAULT);
    size_t settings = count(verdict, SEVERITY_BLOCK, 1U << KIND_SETTING);

    *style = faults > 0 || is_to_heal(survey) ? STYLE_BAD : STYLE_WARN;
    if (fails_anyway(verdict))
        return format("but do not reboot yet: %zu thing%s to fix", faults + settings,
                      faults + settings == 1 ? "" : "s");
    if (faults + settings > 1)
        return format("%zu things to fix", faults + settings);
    if (faults + settings == 1)
        return format("until this is %s", faults ? "fixed" : "changed");
    if (is_to_heal(survey))
        return xstrdup("to bring back what is missing");
    if (count(verdict, SEVERITY_BLOCK, 1U << KIND_MACHINE) > 0)
        return xstrdup("on this machine");
    *style = verdict->warnings > 0 ? STYLE_WARN : STYLE_PLAIN;
    return xstrdup("this once");
}

static char *firmware_text(const struct survey *survey, int64_t now, enum style *style)
{
    const struct verdict *verdict = &survey->verdict;
    AUTOFREE char *until = until_text(survey, style), *warnings = warnings_text(verdict);

    if (reboots_itself(verdict)) {
        *style = STYLE_BAD;
        return healing_text(&survey->facts.health, now);
    }
    return format("Next reboot: firmware, %s%s", until, fails_anyway(verdict) ? "" : warnings);
}

/* "cannot read /vmlinuz", as the first line has to be short. */
static char *unreadable_text(const char *text)
{
    AUTOFREE char *end = format(": %s", strerror(EACCES));
    size_t length = strlen(text), tail = strlen(end);

    if (length <= tail || !streq(text + length - tail, end))
        return xstrdup(text);
    return format("cannot read %.*s", (int)(length - tail), text);
}

char *headline(const struct survey *survey, int64_t now, enum style *ret_style)
{
    const struct verdict *verdict = &survey->verdict;
    AUTOFREE char *problem = NULL;

    *ret_style = verdict->warnings ? STYLE_WARN : STYLE_GOOD;
    if (verdict->fast)
        return fast_text(survey);
    if (!verdict->needs_root || reboots_itself(verdict))
        return firmware_text(survey, now, ret_style);
    *ret_style = STYLE_WARN;
    problem = unreadable_text(verdict->because->found.text);
    return format("Next reboot: unknown, run as root (%s)", problem);
}
