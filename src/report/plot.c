/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/plot.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "base/util.h"
#include "decide/phases.h"
#include "report/words.h"

/* In pixels. */
enum {
    WIDTH = 960,
    MARGIN = 20,
    BARS = 190,         /* where the bars begin, right of the names */
    SPACE = 560,        /* for the bars */
    ROW = 24,           /* from one bar to the next */
    BAR = 16,           /* its height */
    TITLE = 40,         /* the height of a reboot's title */
    AXIS = 36,          /* the height of the scale */
    BASELINE = 13,      /* of a text beside a bar, below its top */
    BEHIND = 8,         /* between a bar and its text */
    LETTER = 7,         /* the width of one, at most on average */
    LONGEST_NAME = 28,  /* of a service, in characters */
    SMALLEST = 2,       /* width of a bar */
    TICKS = 8,          /* on the scale, at most */
    SECOND = 1000000,   /* in microseconds */
    NAMED = SECOND / 10 /* what took less is no service to name */
};

/* The grey of the texts can be read on white and on black. */
static const char STYLE[] = "text{font:13px system-ui,sans-serif;fill:#737a84}"
                            ".title{font-size:15px;font-weight:600}"
                            ".name{text-anchor:end}.tick{font-size:11px;text-anchor:middle}"
                            "line{stroke:#737a84;stroke-opacity:.35}";

static const char *const COLOURS[N_PHASE_KINDS] = {
    [PHASE_STOPPING] = "#4c8dd6", [PHASE_LOADING] = "#2aa198",  [PHASE_UNMOUNTING] = "#8a7bd1",
    [PHASE_GAP] = "#d9822b",      [PHASE_FIRMWARE] = "#c4572e", [PHASE_LOADER] = "#d9a02b",
    [PHASE_KERNEL] = "#3fa45b",   [PHASE_INITRD] = "#7fa63a",   [PHASE_USERSPACE] = "#4c8dd6",
    [PHASE_NETWORK] = "#8d949e",
};

struct plot {
    FILE *file;
    int64_t total; /* of the longest reboot, in microseconds */
    int y;
};

/* A text for XML, for free(). What XML cannot hold was made printable, but for U+FFFE and U+FFFF.
 */
static char *escape(const char *text)
{
    AUTOFREE char *safe = text_printable(text);
    char *escaped = NULL;
    size_t length;
    FILE *file = open_memstream(&escaped, &length);

    if (!file)
        out_of_memory();
    for (const char *at = safe; *at; at++) {
        if (after_prefix(at, "\xef\xbf\xbe") || after_prefix(at, "\xef\xbf\xbf")) {
            fputc('?', file);
            at += 2;
        } else if (strchr("&<>\"'", *at)) {
            fprintf(file, "&#%d;", *at);
        } else {
            fputc(*at, file);
        }
    }
    if (fclose(file) != 0)
        out_of_memory();
    return escaped;
}

static int pixels(const struct plot *plot, int64_t time)
{
    return plot->total > 0 ? (int)(time * SPACE / plot->total) : 0;
}

/* "1.4 s (nginx 1.2 s)": with the slowest service. */
static char *label_of(const struct phase *phase, const struct reboot_times *times)
{
    const struct slow_services *services = phase->kind == PHASE_STOPPING    ? &times->stopping
                                           : phase->kind == PHASE_USERSPACE ? &times->starting
                                                                            : NULL;
    AUTOFREE char *time = duration_text(phase->duration / 1000), *slowest = NULL;
    const char *unit;
    int length;

    if (phase->duration < 0)
        return xstrdup("not known");
    if (!services || services->n == 0 || services->all[0].duration < NAMED)
        return steal(&time);
    unit = services->all[0].unit;
    length = (int)strlen(unit) - (int)strlen(".service");
    slowest = duration_text(services->all[0].duration / 1000);
    return format("%s (%.*s %s)", time, length > LONGEST_NAME ? LONGEST_NAME : length, unit,
                  slowest);
}

/* Right of the bar, or left of it if it would not fit there. */
static void draw_label(struct plot *plot, int x, int width, const char *text)
{
    AUTOFREE char *label = escape(text);
    bool fits = x + width + BEHIND + (int)strlen(text) * LETTER <= WIDTH;

    fprintf(plot->file, "<text%s x=\"%d\" y=\"%d\">%s</text>\n", fits ? "" : " class=\"name\"",
            fits ? x + width + BEHIND : x - BEHIND, plot->y + BASELINE, label);
}

static void draw_phase(struct plot *plot, const struct phase *phase, const char *title,
                       const struct reboot_times *times)
{
    AUTOFREE char *label = label_of(phase, times);
    int x = BARS + pixels(plot, phase->start), width = pixels(plot, phase->duration);

    if (width < SMALLEST)
        width = SMALLEST;
    fprintf(plot->file, "<text class=\"name\" x=\"%d\" y=\"%d\">%s</text>\n", BARS - BEHIND,
            plot->y + BASELINE, title);
    fprintf(plot->file,
            "<rect data-phase=\"%s\" data-start-usec=\"%" PRId64 "\" data-duration-usec=\"%" PRId64
            "\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\" fill=\"%s\"/>\n",
            phase_id(phase->kind), phase->start, phase->duration, x, plot->y, width, BAR,
            COLOURS[phase->kind]);
    draw_label(plot, x, width, label);
    plot->y += ROW;
}

/* "Reboot: fast, 2026-05-01 10:00 UTC, kernel 6.1.0: 11.1 s" */
static char *title_of(const struct boot_record *record, const struct phases *phases)
{
    AUTOFREE char *when = time_text(record->time), *total = duration_text(phases->total / 1000);
    const char *kind = record->outcome == OUTCOME_FIRMWARE ? "through the firmware"
                                                           : outcome_name(record->outcome);
    AUTOFREE char *text = format("Reboot: %s, %s, kernel %s: %s", kind, when,
                                 record->release ? record->release : "(unknown)", total);

    return escape(text);
}

/* Between two marks of the scale: 1, 2 or 5 times a power of ten, or whole minutes. In seconds. */
static int64_t step_of(int64_t total)
{
    static const int64_t STEPS[] = {1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600, 7200};
    int64_t seconds = total / SECOND;

    for (size_t i = 0; i < ELEMENTS(STEPS); i++)
        if (seconds / STEPS[i] <= TICKS)
            return STEPS[i];
    return seconds / TICKS;
}

/* Of the scale, behind the bars. */
static void draw_lines(struct plot *plot, int height)
{
    int64_t step = step_of(plot->total);

    for (int64_t at = 0; at * SECOND <= plot->total; at += step) {
        int x = BARS + pixels(plot, at * SECOND);

        fprintf(plot->file, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", x, plot->y, x,
                plot->y + height);
    }
}

static void draw_reboot(struct plot *plot, const struct boot_record *record,
                        const struct phases *phases)
{
    AUTOFREE char *title = title_of(record, phases);

    fprintf(plot->file, "<g data-total-usec=\"%" PRId64 "\">\n", phases->total);
    fprintf(plot->file, "<text class=\"title\" x=\"%d\" y=\"%d\">%s</text>\n", MARGIN,
            plot->y + TITLE / 2, title);
    plot->y += TITLE;
    draw_lines(plot, ROW * (int)phases->n);
    for (size_t i = 0; i < phases->n; i++)
        draw_phase(plot, &phases->all[i],
                   phase_title(phases, phases->all[i].kind, record_was_fast(record)),
                   record->times);
    fprintf(plot->file, "</g>\n");
}

static void draw_scale(struct plot *plot)
{
    int64_t step = step_of(plot->total);

    for (int64_t at = 0; at * SECOND <= plot->total; at += step)
        fprintf(plot->file, "<text class=\"tick\" x=\"%d\" y=\"%d\">%" PRId64 " s</text>\n",
                BARS + pixels(plot, at * SECOND), plot->y + AXIS / 2, at);
}

char *plot_text(const struct boot_record *const records[], size_t n)
{
    struct phases phases[MAX_PLOTTED];
    int height = MARGIN + AXIS;
    char *text = NULL;
    size_t length;
    struct plot plot = {.file = open_memstream(&text, &length), .y = MARGIN};

    if (!plot.file)
        out_of_memory();
    for (size_t i = 0; i < n; i++) {
        phases_of(records[i]->times, &phases[i]);
        plot.total = phases[i].total > plot.total ? phases[i].total : plot.total;
        height += TITLE + ROW * (int)phases[i].n;
    }
    fprintf(plot.file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            "viewBox=\"0 0 %d %d\" role=\"img\">\n<title>Where the time of a reboot went</title>\n"
            "<style>%s</style>\n",
            WIDTH, height, WIDTH, height, STYLE);
    for (size_t i = 0; i < n; i++)
        draw_reboot(&plot, records[i], &phases[i]);
    draw_scale(&plot);
    fprintf(plot.file, "</svg>\n");
    if (fclose(plot.file) != 0)
        out_of_memory();
    return text;
}
