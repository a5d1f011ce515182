/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/compare.h"

#include "base/util.h"
#include "decide/compare-item.h"

/* An item is found again by the first of these that agrees, and only once: what proves that it is
 * the same comes first, what makes it likely comes last. When in doubt nothing is missing: an
 * administrator would not forgive a reboot for nothing, nor a kernel refused because of it. */
enum {
    BY_ID = 1 << 0,
    BY_NAME = 1 << 1,
    BY_PLACE = 1 << 2,
    BY_MODEL = 1 << 3,
    BY_SIZE = 1 << 4,
};

enum {
    MAX_PASSES = 4,
    MEMORY_PERCENT = 2, /* the kernel reserves some, and another kernel a little more */
};

static const unsigned PASSES[N_ITEM_KINDS][MAX_PASSES] = {
    [ITEM_PCI] = {BY_PLACE, BY_MODEL},
    [ITEM_DISK] = {BY_ID, BY_NAME, BY_PLACE | BY_SIZE, BY_MODEL | BY_SIZE},
    [ITEM_MOUNT] = {BY_ID},
    [ITEM_LINK] = {BY_ID, BY_PLACE, BY_NAME},
    [ITEM_FLAW] = {BY_ID},
};

/* What cannot be looked at is not there as far as anybody knows: nothing is complete without it,
 * and no reboot would help. */
static const char *const NAMES[N_ITEM_KINDS] = {
    [ITEM_PCI] = "the list of PCI devices",
    [ITEM_DISK] = "the list of disks",
    [ITEM_MOUNT] = "the list of mounts",
    [ITEM_LINK] = "the list of network interfaces",
    [ITEM_FLAW] = NULL, /* older kernels do not list them */
};

static bool same_text(const char *a, const char *b)
{
    return a && b && streq(a, b);
}

static bool is_same(const struct item *a, const struct item *b, unsigned by)
{
    return (!(by & BY_ID) || same_text(a->id, b->id)) &&
           (!(by & BY_NAME) || same_text(a->name, b->name)) &&
           (!(by & BY_PLACE) || same_text(a->place, b->place)) &&
           (!(by & BY_MODEL) || same_text(a->model, b->model)) &&
           (!(by & BY_SIZE) || a->size == b->size);
}

static int order_texts(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

/* A fixed order, so that the answer does not depend on the order of the lists. */
static int order(const void *first, const void *second)
{
    const struct item *a = *(struct item *const *)first, *b = *(struct item *const *)second;
    int r = order_texts(a->place, b->place);

    if (!r)
        r = order_texts(a->name, b->name);
    if (!r)
        r = order_texts(a->id, b->id);
    if (!r)
        r = order_texts(a->model, b->model);
    if (!r)
        r = order_texts(a->driver, b->driver);
    if (!r)
        r = (a->size > b->size) - (a->size < b->size);
    if (!r)
        r = (a->width > b->width) - (a->width < b->width);
    if (!r)
        r = (a->speed > b->speed) - (a->speed < b->speed);
    if (!r)
        r = a->carrier - b->carrier;
    if (!r)
        r = a->used - b->used;
    return r ? r : a->spare - b->spare;
}

static const struct item **sorted(const struct items *items)
{
    const struct item **array = xcalloc(items->n + 1, sizeof(*array));

    for (size_t i = 0; i < items->n; i++)
        array[i] = &items->all[i];
    if (items->n > 1)
        qsort(array, items->n, sizeof(*array), order);
    return array;
}

/* What one kind of items has in common and what not. */
struct pairs {
    const struct item **before; /* NULL for what was found again */
    const struct item **now;
    size_t n_before;
    size_t n_now;
};

static void pairs_clear(struct pairs *pairs)
{
    free(pairs->before);
    free(pairs->now);
}

/* Takes out of both lists what is in both, leaving NULL. `inventory` is the one before; with
 * `losses` as NULL changes do not count. */
static void match(const struct inventory *inventory, enum item_kind kind, unsigned by,
                  struct pairs *pairs, struct losses *losses)
{
    for (size_t i = 0; i < pairs->n_before; i++)
        for (size_t k = 0; pairs->before[i] && k < pairs->n_now; k++) {
            if (!pairs->now[k] || !is_same(pairs->before[i], pairs->now[k], by))
                continue;
            if (losses)
                item_add_changes(inventory, kind, pairs->before[i], pairs->now[k], losses);
            pairs->before[i] = pairs->now[k] = NULL;
        }
}

static void match_all(const struct inventory *before, const struct inventory *now,
                      enum item_kind kind, struct pairs *pairs, struct losses *losses)
{
    *pairs = (struct pairs){
        .before = sorted(&before->items[kind]),
        .now = sorted(&now->items[kind]),
        .n_before = before->items[kind].n,
        .n_now = now->items[kind].n,
    };
    for (size_t pass = 0; pass < MAX_PASSES && PASSES[kind][pass]; pass++)
        match(before, kind, PASSES[kind][pass], pairs, losses);
}

static void compare_items(enum item_kind kind, const struct inventory *before,
                          const struct inventory *now, struct losses *losses)
{
    CLEANUP(pairs_clear) struct pairs pairs = {0};

    if (before->items[kind].known && !now->items[kind].known && NAMES[kind])
        losses_add(losses, false, format("%s:unknown", item_kind_name(kind)),
                   format("%s cannot be read", NAMES[kind]));
    if (!before->items[kind].known || !now->items[kind].known)
        return;
    match_all(before, now, kind, &pairs, losses);
    for (size_t i = 0; i < pairs.n_before; i++)
        if (pairs.before[i])
            item_add_missing(before, kind, pairs.before[i], losses);
}

static void compare_route(const char *family, const struct route *before, const struct route *now,
                          bool critical, struct losses *losses)
{
    if (!before->link)
        return;
    if (!now->known)
        losses_add(losses, false, format("route:%s", family),
                   format("the %s default route cannot be read", family));
    else if (!now->link)
        losses_add(losses, critical, format("route:%s", family),
                   format("no %s default route (it was over %s)", family, before->link));
    else if (now->resolved == RESOLVED_NO && before->resolved != RESOLVED_NO)
        losses_add(losses, critical, format("route:%s", family),
                   format("the %s gateway on %s does not answer", family, now->link));
    if (now->link && before->address && now->address && !streq(before->address, now->address))
        losses_add(losses, critical, format("address:%s", family),
                   format("the address on %s is %s instead of %s", now->link, now->address,
                          before->address));
}

static void compare_routes(const struct inventory *before, const struct inventory *now,
                           struct losses *losses)
{
    compare_route("IPv4", &before->ipv4, &now->ipv4, true, losses);
    /* With the other route the machine can still be reached. */
    compare_route("IPv6", &before->ipv6, &now->ipv6, !now->ipv4.link, losses);
}

static void compare_count(const char *what, long before, long now, struct losses *losses)
{
    if (is_less(before, now))
        losses_add(losses, false, xstrdup(what),
                   format("%s: %ld instead of %ld", what, now, before));
}

static void compare_memory(long before, long now, struct losses *losses)
{
    if (before && now && now < before - before / 100 * MEMORY_PERCENT)
        losses_add(losses, false, xstrdup("memory"),
                   format("memory: %ld MiB instead of %ld MiB", now / 1024, before / 1024));
}

/* The kernel turns away from the TSC where it finds it unsteady; all others are slow to read. */
static void compare_clocks(const char *before, const char *now, struct losses *losses)
{
    if (same_text(before, "tsc") && now && !streq(now, "tsc"))
        losses_add(losses, false, xstrdup("clocksource"),
                   format("clock source: %s instead of %s", now, before));
}

void compare(const struct inventory *before, const struct inventory *now, struct losses *ret_losses)
{
    *ret_losses = (struct losses){0};
    for (int kind = 0; kind < N_ITEM_KINDS; kind++)
        compare_items((enum item_kind)kind, before, now, ret_losses);
    compare_routes(before, now, ret_losses);
    compare_count("NUMA nodes", before->nodes, now->nodes, ret_losses);
    compare_count("CPUs", before->cpus, now->cpus, ret_losses);
    compare_memory(before->memory, now->memory, ret_losses);
    compare_clocks(before->clock, now->clock, ret_losses);
    losses_sort(ret_losses);
}

void compare_devices(const struct inventory *before, const struct inventory *now,
                     struct losses *ret_losses)
{
    static const enum item_kind KINDS[] = {ITEM_PCI, ITEM_DISK, ITEM_LINK};

    *ret_losses = (struct losses){0};
    for (size_t i = 0; i < ELEMENTS(KINDS); i++) {
        CLEANUP(pairs_clear) struct pairs pairs = {0};

        if (!before->items[KINDS[i]].known || !now->items[KINDS[i]].known)
            continue;
        match_all(before, now, KINDS[i], &pairs, NULL);
        for (size_t k = 0; k < pairs.n_before; k++)
            if (pairs.before[k] && item_stays(KINDS[i], pairs.before[k]))
                losses_add(ret_losses, false, item_loss_id(KINDS[i], pairs.before[k]),
                           item_describe(KINDS[i], pairs.before[k]));
    }
    losses_sort(ret_losses);
}
