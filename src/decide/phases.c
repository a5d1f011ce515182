/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/phases.h"

#include "base/util.h"

static const int64_t DAY = 86400LL * 1000000;

static const struct {
    const char *id, *title;
} KINDS[N_PHASE_KINDS] = {
    [PHASE_STOPPING] = {"stopping", "stopping services"},
    [PHASE_LOADING] = {"loading", "loading the kernel"},
    [PHASE_UNMOUNTING] = {"unmounting", "unmounting"},
    [PHASE_GAP] = {"gap", "jump"},
    [PHASE_FIRMWARE] = {"firmware", "firmware"},
    [PHASE_LOADER] = {"loader", "boot loader"},
    [PHASE_KERNEL] = {"kernel", "kernel"},
    [PHASE_INITRD] = {"initrd", "initrd"},
    [PHASE_USERSPACE] = {"userspace", "starting services"},
    [PHASE_NETWORK] = {"network", "until network is up"},
};

/* The first of the points that is known; 0 if none is. */
static int64_t first_of(const struct reboot_times *times, const enum time_point points[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (times->at[points[i]])
            return times->at[points[i]];
    return 0;
}

#define FIRST_OF(times, ...)                                                                       \
    first_of(times, (const enum time_point[]){__VA_ARGS__},                                        \
             sizeof((const enum time_point[]){__VA_ARGS__}) / sizeof(enum time_point))

/* From one time to another, unless one is not known. */
static void add(struct phases *phases, enum phase_kind kind, int64_t from, int64_t to)
{
    if (from && to && to >= from && to - from <= DAY)
        phases->all[phases->n++] =
            (struct phase){.kind = kind, .start = from, .duration = to - from};
}

static void add_old(const struct reboot_times *times, struct phases *phases)
{
    const int64_t *at = times->at;

    add(phases, PHASE_STOPPING, FIRST_OF(times, TIME_ASKED, TIME_BEGUN),
        FIRST_OF(times, TIME_STOPPED, TIME_JUMP));
    add(phases, PHASE_LOADING, at[TIME_BEGUN], at[TIME_LOADED]);
    add(phases, PHASE_UNMOUNTING, at[TIME_STOPPED], at[TIME_JUMP]);
}

/* `shift` is what the new system's times lack to come after the old one's. */
static void add_new(const struct reboot_times *times, int64_t shift, struct phases *phases)
{
    static const struct {
        enum phase_kind kind;
        enum time_point from, to[3];
    } NEW[] = {
        {PHASE_FIRMWARE, TIME_FIRMWARE, {TIME_LOADER, TIME_KERNEL, TIME_KERNEL}},
        {PHASE_LOADER, TIME_LOADER, {TIME_KERNEL, TIME_KERNEL, TIME_KERNEL}},
        {PHASE_KERNEL, TIME_KERNEL, {TIME_INITRD, TIME_USERSPACE, TIME_USERSPACE}},
        {PHASE_INITRD, TIME_INITRD, {TIME_USERSPACE, TIME_USERSPACE, TIME_USERSPACE}},
        {PHASE_USERSPACE, TIME_USERSPACE, {TIME_MULTI_USER, TIME_MULTI_USER, TIME_MULTI_USER}},
        {PHASE_NETWORK, TIME_USERSPACE, {TIME_NETWORK, TIME_NETWORK, TIME_NETWORK}},
    };

    for (size_t i = 0; i < ELEMENTS(NEW); i++) {
        int64_t from = times->at[NEW[i].from], to = first_of(times, NEW[i].to, 3);

        add(phases, NEW[i].kind, from ? from + shift : 0, to ? to + shift : 0);
    }
}

/* Between the two systems. Their clocks may differ: then it is not known how long that took. */
static int64_t add_gap(const struct reboot_times *times, struct phases *phases)
{
    int64_t from = FIRST_OF(times, TIME_JUMP, TIME_STOPPED);
    int64_t to = FIRST_OF(times, TIME_FIRMWARE, TIME_KERNEL);

    if (!from || !to)
        return 0;
    if (to >= from && to - from <= DAY) {
        add(phases, PHASE_GAP, from, to);
        return 0;
    }
    phases->clock_broken = true;
    phases->all[phases->n++] = (struct phase){.kind = PHASE_GAP, .start = from, .duration = -1};
    return from - to;
}

void phases_of(const struct reboot_times *times, struct phases *ret)
{
    int64_t first = INT64_MAX, last = 0, shift;

    *ret = (struct phases){0};
    add_old(times, ret);
    shift = add_gap(times, ret);
    add_new(times, shift, ret);
    for (size_t i = 0; i < ret->n; i++) {
        const struct phase *phase = &ret->all[i];
        int64_t end = phase->start + (phase->duration > 0 ? phase->duration : 0);

        first = phase->start < first ? phase->start : first;
        last = end > last ? end : last;
    }
    for (size_t i = 0; i < ret->n; i++)
        ret->all[i].start -= first;
    ret->total = ret->n ? last - first : 0;
}

const char *phase_id(enum phase_kind kind)
{
    return KINDS[kind].id;
}

static bool has(const struct phases *phases, enum phase_kind kind)
{
    for (size_t i = 0; i < phases->n; i++)
        if (phases->all[i].kind == kind)
            return true;
    return false;
}

const char *phase_title(const struct phases *phases, enum phase_kind kind, bool fast)
{
    if (kind == PHASE_STOPPING && !has(phases, PHASE_UNMOUNTING))
        return "stopping, unmounting";
    if (kind == PHASE_GAP && !fast)
        return has(phases, PHASE_FIRMWARE) ? "reset" : "firmware, boot loader";
    if (kind == PHASE_FIRMWARE && !has(phases, PHASE_LOADER))
        return "firmware, boot loader";
    if (kind == PHASE_KERNEL && !has(phases, PHASE_INITRD))
        return "kernel, initrd";
    return KINDS[kind].title;
}
