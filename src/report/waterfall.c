/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One reboot as a waterfall: a line for each phase, with a bar where it lies in the whole. */

#include <inttypes.h>

#include "base/root.h"
#include "base/text.h"
#include "base/util.h"
#include "decide/phases.h"
#include "report/waterfall.h"
#include "report/words.h"

enum {
    NAMES = 30,     /* columns of the names */
    DURATIONS = 11, /* of the durations */
    BEFORE_BARS = 2 + NAMES + 1 + DURATIONS + 2,
    WIDEST = 120,   /* wider bars are no clearer */
    USUAL = 80,     /* for output that is not wrapped */
    SHOWN = 100000, /* what took less, in microseconds, is no service to name */
    TRACED = 1000,  /* likewise for what a trace has */
};

static const int64_t SECOND = 1000000;

/* The clock has to differ by more than the resolution of the hardware clock, in microseconds. */
static const int64_t CLOCK_SET = 1000000;

static size_t bar_width(void)
{
    size_t width = print_width();

    if (width == 0)
        width = USUAL;
    if (width > WIDEST)
        width = WIDEST;
    return width > BEFORE_BARS + 10 ? width - BEFORE_BARS : 10;
}

/* Where a time lies, in characters. */
static size_t column_of(int64_t time, int64_t total, size_t width)
{
    return total ? (size_t)(time * (int64_t)width / total) : 0;
}

/* At least one character. */
static char *bar_of(const struct phase *phase, int64_t total, size_t width)
{
    int64_t end = phase->start + (phase->duration > 0 ? phase->duration : 0);
    size_t from = column_of(phase->start, total, width), to = column_of(end, total, width);
    char *bar = xcalloc(width + 1, 1);

    if (from == width)
        from--;
    if (to <= from)
        to = from + 1;
    memset(bar, ' ', from);
    memset(bar + from, '#', to - from);
    return bar;
}

static void print_services(const struct slow_services *services)
{
    for (size_t i = 0; i < services->n; i++) {
        const struct slow_service *service = &services->all[i];
        AUTOFREE char *name = text_printable(service->unit);
        AUTOFREE char *time = duration_text(service->duration / 1000);
        char *suffix = strstr(name, ".service");

        if (service->duration < SHOWN)
            continue;
        if (suffix && !suffix[strlen(".service")])
            *suffix = 0;
        printf("    %-*.*s %*s\n", NAMES - 2, NAMES - 2, name, DURATIONS, time);
    }
}

/* A line below a phase; nothing for what is not known. */
static void print_detail(const char *name, int64_t duration)
{
    AUTOFREE char *time = duration >= SECOND ? duration_text(duration / 1000)
                                             : format("%" PRId64 " ms", duration / 1000);

    if (duration >= 0)
        printf("    %-*.*s %*s\n", NAMES - 2, NAMES - 2, name, DURATIONS, time);
}

static void print_items(const struct trace_items *items, const char *indent)
{
    for (size_t i = 0; i < items->n; i++) {
        AUTOFREE char *name = format("%s%s", indent, items->all[i].name);

        if (items->all[i].duration >= TRACED)
            print_detail(name, items->all[i].duration);
    }
}

/* What took how long between the two systems. */
static void print_gap(const struct reboot_trace *trace)
{
    AUTOFREE char *devices =
        format("%" PRId64 " device%s", trace->n_devices, trace->n_devices == 1 ? "" : "s");

    print_detail("end of user space", trace->leaving);
    print_detail(devices, trace->devices);
    print_items(&trace->shutdowns, "  ");
}

static void print_startup(const struct reboot_trace *trace)
{
    print_items(&trace->startups, "");
    print_detail("unpacking the initrd", trace->unpacking);
}

static void print_trace(const struct reboot_trace *trace, enum phase_kind kind)
{
    if (trace && kind == PHASE_GAP)
        print_gap(trace);
    if (trace && kind == PHASE_KERNEL)
        print_startup(trace);
}

static void print_traced_points(const struct reboot_trace *trace)
{
    AUTOFREE char *link = trace->link < 0 ? NULL : duration_text(trace->link / 1000);
    AUTOFREE char *address = trace->address < 0 ? NULL : duration_text(trace->address / 1000);

    if (link || address)
        print_line("  Network:  ",
                   format("%s%s%s%s%s after the kernel started", link ? "link up " : "",
                          link ? link : "", link && address ? ", address by DHCP " : "",
                          address && !link ? "address by DHCP " : "", address ? address : ""));
    if (trace->problem)
        print_line("  Trace:    ",
                   format("how long the devices took is not known: %s", trace->problem));
}

static void print_phases(const struct boot_record *record, const struct phases *phases)
{
    size_t width = bar_width();

    for (size_t i = 0; i < phases->n; i++) {
        const struct phase *phase = &phases->all[i];
        AUTOFREE char *bar = bar_of(phase, phases->total, width);
        AUTOFREE char *time =
            phase->duration < 0 ? xstrdup("?") : duration_text(phase->duration / 1000);

        printf("  %-*s %*s  %s\n", NAMES, phase_title(phases, phase->kind, record_was_fast(record)),
               DURATIONS, time, bar);
        if (phase->kind == PHASE_STOPPING)
            print_services(&record->times->stopping);
        if (phase->kind == PHASE_USERSPACE)
            print_services(&record->times->starting);
        print_trace(record->times->trace, phase->kind);
    }
}

static bool was_set(const struct reboot_times *times)
{
    return times->clock_set >= CLOCK_SET || times->clock_set <= -CLOCK_SET;
}

static void print_clock(const struct reboot_times *times, const struct phases *phases)
{
    int64_t set = times->clock_set;
    AUTOFREE char *by = duration_text((set < 0 ? -set : set) / 1000);

    if (phases->clock_broken)
        print_line("  Clock:    ",
                   xstrdup("by the clock, the new kernel started before the last step of the "
                           "shutdown: how long that took is not known"));
    if (was_set(times))
        print_line("  Clock:    ", format("it was set %s by %s while the system started; the times "
                                          "from the kernel on are by the clock after that",
                                          set < 0 ? "back" : "forward", by));
}

void report_waterfall(const struct boot_record *record)
{
    struct phases phases;
    char **advice;

    if (!record->times)
        return;
    phases_of(record->times, &phases);
    if (phases.n == 0)
        return;
    putchar('\n');
    print_phases(record, &phases);
    advice = phases_advice(record->times, &phases);
    if (advice || phases.clock_broken || was_set(record->times) || record->times->trace)
        putchar('\n');
    print_clock(record->times, &phases);
    if (record->times->trace)
        print_traced_points(record->times->trace);
    for (char **text = advice; text && *text; text++)
        print_line("  Advice:   ", xstrdup(*text));
    names_free(advice);
}
