/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "base/text.h"
#include "base/util.h"
#include "report/death.h"
#include "report/report.h"
#include "report/waterfall.h"
#include "report/words.h"

enum {
    DEFAULT_LINES = 10,
    WIDE = 100,   /* columns from which there is room for how long ago it was */
    INDENT = 6,   /* of what does not fit into the line */
    LONGEST = 74, /* of that, so that it fits into the next one */
};

/* Why, in few words */

/* "disk ata-X and 3 more": as many of `missing` as fit into `room` characters, at least one. */
static char *list_missing(char *const missing[], size_t room)
{
    char *list = NULL;
    size_t n = 0, shown = 0;

    while (missing[n])
        n++;
    for (size_t length = 0; shown < n; shown++) {
        length += strlen(missing[shown]) + 2;
        if (shown > 0 && length + strlen(" and 16 more") > room)
            break;
        append_text(&list, ", ", missing[shown]);
    }
    if (shown < n) {
        AUTOFREE char *more = format("and %zu more", n - shown);

        append_text(&list, " ", more);
    }
    return list;
}

/* The text up to where it says more than what happened. */
static char *first_clause(const char *text)
{
    static const char *const ENDS[] = {" (", ", ", "; ", " before this boot"};
    size_t length = strlen(text);

    for (size_t i = 0; i < ELEMENTS(ENDS); i++) {
        const char *end = strstr(text, ENDS[i]);

        if (end && (size_t)(end - text) < length)
            length = (size_t)(end - text);
    }
    return xstrndup(text, length);
}

/* "healed: disk ata-X is back" */
static char *healed_text(const char *text)
{
    const char *missing = strstr(text, "missing: "), *end = missing ? strstr(missing, "; ") : NULL;

    if (!end)
        return xstrdup("healed: everything is back");
    missing += strlen("missing: ");
    if (memchr(missing, ',', (size_t)(end - missing)))
        return format("healed: %.*s are back", (int)(end - missing), missing);
    return format("healed: %.*s is back", (int)(end - missing), missing);
}

/* The ids of what only shows during a shutdown say less than their texts. */
static char *because_text(const char *id, const char *text)
{
    const char *load = after_prefix(text, "loading kernel "),
               *why = load ? strstr(load, ": ") : NULL;

    if (id && reason_find(id))
        return xstrdup(id);
    return why ? format("the load failed%s", why) : first_clause(text);
}

static char *firmware_text(const struct boot_record *record, const char *text)
{
    if (record->health == HEALTH_COMPLETE)
        return healed_text(text);
    if (record->missing && *record->missing) {
        AUTOFREE char *list = list_missing(record->missing, LONGEST - strlen("still missing: "));

        return format("still missing: %s", list);
    }
    return because_text(record->reason_id, text);
}

static char *failed_text(const char *text)
{
    const char *release = after_prefix(text, "kernel ");

    if (release && strstr(text, " panicked"))
        return format("%.*s panicked", (int)strcspn(release, " "), release);
    if (release && strstr(text, "came back through the firmware"))
        return format("%.*s did not come up", (int)strcspn(release, " "), release);
    if (release && strstr(text, "before the health check was over"))
        return xstrdup("went down during the health check");
    return first_clause(text);
}

/* Why a reboot had its outcome, in one line that fits; NULL if there is nothing to say. */
static char *short_text(const struct boot_record *record)
{
    AUTOFREE char *details = details_text(record);

    if (!details)
        return NULL;
    switch (record->outcome) {
    case OUTCOME_FAST:
    case OUTCOME_DAMAGED:
        if (record->missing && *record->missing) {
            AUTOFREE char *list = list_missing(record->missing, LONGEST - strlen("missing: "));

            return format("missing: %s", list);
        }
        return steal(&details);
    case OUTCOME_FIRMWARE:
        return firmware_text(record, details);
    case OUTCOME_FAILED:
        return failed_text(details);
    default:
        return first_clause(details);
    }
}

/* The table */

/* What its columns have, and how wide they are. */
struct layout {
    size_t number, release;
    bool away;   /* how long the machine was away is known of one of them */
    bool zones;  /* the time zone is not the same everywhere: each time has its own */
    int64_t now; /* 0 if there is no column for how long ago it was */
};

/* "9.8 s", "3m 37s", "1h 05m" */
static char *back_text(int64_t milliseconds)
{
    int64_t minutes = milliseconds / 60000;

    if (milliseconds < 0)
        return xstrdup("-");
    if (minutes == 0)
        return duration_text(milliseconds);
    if (minutes < 60)
        return format("%" PRId64 "m %02" PRId64 "s", minutes, milliseconds / 1000 % 60);
    return format("%" PRId64 "h %02" PRId64 "m", minutes / 60, minutes % 60);
}

/* The zone in "2026-05-01 10:00 UTC", or NULL. */
static char *zone_in(char *when)
{
    char *blank = strrchr(when, ' ');

    return blank && blank - when == (ptrdiff_t)strlen("2026-05-01 10:00") ? blank : NULL;
}

static size_t digits(size_t number)
{
    return number < 10 ? 1 : 1 + digits(number / 10);
}

static const char *release_of(const struct boot_record *record)
{
    return record->release ? record->release : "-";
}

/* Gives the title of the times. */
static char *lay_out(const struct history *history, size_t from, int64_t now,
                     struct layout *ret_layout)
{
    size_t width = print_width();
    AUTOFREE char *first = NULL;
    struct layout layout = {.number = digits(history->n - from), .release = strlen("KERNEL")};

    for (size_t i = from; i < history->n; i++) {
        AUTOFREE char *when = time_text(history->all[i].time);
        char *zone = zone_in(when);
        size_t length = strlen(release_of(&history->all[i]));

        layout.zones = layout.zones || !zone || (first && !streq(first, zone + 1));
        if (zone && !first)
            first = xstrdup(zone + 1);
        if (length > layout.release)
            layout.release = length;
        layout.away = layout.away || history->all[i].away >= 0;
    }
    if (width == 0 || width >= WIDE)
        layout.now = now;
    *ret_layout = layout;
    return layout.zones ? xstrdup("WHEN") : format("WHEN (%s)", first);
}

/* A line without what is behind the kernel. */
static char *line_of(const struct layout *layout, const char *number, const char *when,
                     const char *age, const char *outcome, const char *back, const char *away,
                     const char *release)
{
    AUTOFREE char *ago = layout->now ? format("%-10s  ", age) : xstrdup("");
    AUTOFREE char *gone = layout->away ? format("%-7s  ", away) : xstrdup("");

    return format("%*s  %-*s  %s%-8s  %-7s  %s%-*s", (int)layout->number, number,
                  layout->zones ? 21 : 16, when, ago, outcome, back, gone, (int)layout->release,
                  release);
}

static void print_record(const struct layout *layout, size_t n, const struct boot_record *record)
{
    AUTOFREE char *number = format("%zu", n), *when = time_text(record->time), *line = NULL;
    AUTOFREE char *age = layout->now > record->time
                             ? age_text((layout->now - record->time) / 1000000)
                             : xstrdup("-");
    AUTOFREE char *release = text_printable(release_of(record)), *details = short_text(record);
    AUTOFREE char *back = back_text(record->back);
    AUTOFREE char *away = back_text(record->away < 0 ? -1 : record->away / 1000);
    size_t width = print_width();
    char *zone = zone_in(when);

    if (!layout->zones && zone)
        *zone = 0;
    line = line_of(layout, number, when, age, outcome_name(record->outcome), back, away, release);
    if (details && (width == 0 || strlen(line) + 2 + strlen(details) <= width)) {
        append_text(&line, "  ", "");
        print_line(line, steal(&details));
        return;
    }
    while (*line && line[strlen(line) - 1] == ' ')
        line[strlen(line) - 1] = 0;
    puts(line);
    if (details) {
        AUTOFREE char *indent = format("%*s", INDENT, "");

        print_line(indent, steal(&details));
    }
}

/* The summary */

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* "4 fast (median 10.1 s)": the median of those whose duration is known. */
static char *summary_of(const struct history *history, size_t from, enum outcome outcome)
{
    AUTOFREE int64_t *times = xcalloc(history->n, sizeof(*times));
    AUTOFREE char *median = NULL;
    size_t n = 0, n_times = 0;

    for (size_t i = from; i < history->n; i++) {
        const struct boot_record *record = &history->all[i];

        if (record->outcome != outcome)
            continue;
        n++;
        if (record->back >= 0)
            times[n_times++] = record->back;
    }
    if (n == 0)
        return NULL;
    if (n_times < 2)
        return format("%zu %s", n, outcome_name(outcome));
    qsort(times, n_times, sizeof(*times), compare_numbers);
    median = duration_text((times[(n_times - 1) / 2] + times[n_times / 2]) / 2);
    return format("%zu %s (median %s)", n, outcome_name(outcome), median);
}

/* "Away on average: fast 9.9 s (2 reboots), firmware 1 min 43 s (2 reboots)" */
static void print_away(const struct history *history, size_t from)
{
    static const enum outcome KINDS[] = {OUTCOME_FAST, OUTCOME_FIRMWARE};
    int64_t means[ELEMENTS(KINDS)];
    AUTOFREE char *text = NULL;

    for (size_t i = 0; i < ELEMENTS(KINDS); i++) {
        AUTOFREE char *mean = NULL, *part = NULL;
        size_t n;

        means[i] = history_mean_away(history, from, KINDS[i], &n);
        if (n == 0)
            continue;
        mean = duration_text(means[i] / 1000);
        part = format("%s %s (%zu reboot%s)", outcome_name(KINDS[i]), mean, n, n == 1 ? "" : "s");
        append_text(&text, ", ", part);
    }
    if (means[0] >= 0 && means[1] > means[0]) {
        AUTOFREE char *saved = duration_text((means[1] - means[0]) / 1000);
        AUTOFREE char *part = format("a fast reboot saves %s", saved);

        append_text(&text, "; ", part);
    }
    if (text)
        print_line("", format("Away on average: %s", text));
}

/* Of the reboots from number `from` on; the table has those from `shown` on. */
static void print_summary(const struct history *history, size_t from, size_t shown)
{
    AUTOFREE char *summary = NULL;
    size_t n = history->n - from;

    for (int outcome = OUTCOME_FAST; outcome <= OUTCOME_OTHER; outcome++) {
        AUTOFREE char *part = summary_of(history, from, (enum outcome)outcome);

        if (part)
            append_text(&summary, ", ", part);
    }
    putchar('\n');
    print_line("", format("%zu reboot%s: %s", n, n == 1 ? "" : "s", summary));
    print_away(history, from);
    if (shown > from)
        print_line("", format("The last %zu are shown; `fastreboot history -n %zu` shows all.",
                              history->n - shown, n));
}

void report_history(const struct history *history, size_t n, bool legend, int64_t now)
{
    size_t lines = n ? n : DEFAULT_LINES, from = history->n > lines ? history->n - lines : 0;
    AUTOFREE char *when = NULL, *title = NULL;
    struct layout layout;

    if (history->n == 0) {
        if (legend)
            puts("No reboots recorded yet.");
        return;
    }
    when = lay_out(history, from, now, &layout);
    title = line_of(&layout, "#", when, "AGO", "OUTCOME", "BACK IN", "AWAY", "KERNEL");
    if (legend)
        printf("%s  DETAILS\n", title);
    for (size_t i = history->n; i > from; i--)
        print_record(&layout, history->n - i + 1, &history->all[i - 1]);
    if (legend)
        print_summary(history, n ? from : 0, from);
}

/* One reboot */

/* As journalctl takes it: without the dashes that the kernel has in it. */
static char *journal_id(const char *boot_id)
{
    char *id = xstrdup(boot_id), *end = id;

    for (const char *from = boot_id; *from; from++)
        if (*from != '-')
            *end++ = *from;
    *end = 0;
    return id;
}

static void print_journal(const char *boot_id)
{
    AUTOFREE char *id = journal_id(boot_id);

    print_line("  Journal:  ", format("`journalctl --boot=%s-1` (before), `journalctl --boot=%s` "
                                      "(after)",
                                      id, id));
}

void report_record(const struct boot_record *record, size_t number, int64_t now)
{
    AUTOFREE char *when = time_and_age_text(record->time, now), *details = details_text(record);
    AUTOFREE char *why = format("fastreboot why %zu", number);

    print_headline(STYLE_PLAIN,
                   format("Reboot %zu: %s, %s", number, outcome_name(record->outcome), when));
    if (details)
        print_line("  Details:  ", steal(&details));
    report_death(record, why);
    if (record->reason_id && reason_explained(record->reason_id))
        print_line("  Reason:   ",
                   format("%s (`fastreboot explain %s`)", record->reason_id, record->reason_id));
    for (char **missing = record->missing; missing && *missing; missing++)
        print_line("  Missing:  ", xstrdup(*missing));
    if (record->release)
        print_line("  Kernel:   ", xstrdup(record->release));
    if (record->back >= 0)
        print_line("  Back in:  ", duration_text(record->back));
    if (record->away >= 0)
        print_line("  Away:     ", duration_text(record->away / 1000));
    if (record->boot_id)
        print_journal(record->boot_id);
    report_waterfall(record);
}
