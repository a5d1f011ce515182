/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/compare.h"

#include <inttypes.h>

#include "base/util.h"

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
};

/* What cannot be looked at is not there as far as anybody knows: nothing is complete without it,
 * and no reboot would help. */
static const char *const NAMES[N_ITEM_KINDS] = {
    [ITEM_PCI] = "the list of PCI devices",
    [ITEM_DISK] = "the list of disks",
    [ITEM_MOUNT] = "the list of mounts",
    [ITEM_LINK] = "the list of network interfaces",
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

void losses_add(struct losses *losses, bool critical, char *text)
{
    *APPEND(losses->all, losses->n) = (struct loss){.critical = critical, .text = text};
    losses->critical = losses->critical || critical;
}

void losses_clear(struct losses *losses)
{
    for (size_t i = 0; i < losses->n; i++)
        free(losses->all[i].text);
    free(losses->all);
    *losses = (struct losses){0};
}

static int compare_losses(const void *first, const void *second)
{
    const struct loss *a = first, *b = second;

    return a->critical != b->critical ? b->critical - a->critical : strcmp(a->text, b->text);
}

void losses_sort(struct losses *losses)
{
    if (losses->n > 1)
        qsort(losses->all, losses->n, sizeof(losses->all[0]), compare_losses);
}

/* The words */

static const char *text_or(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

/* "8086:1533" of "pci:v00008086d00001533sv..." */
static void pci_id(const char *modalias, char id[16])
{
    unsigned vendor, device;

    if (modalias && sscanf(modalias, "pci:v%8xd%8x", &vendor, &device) == 2)
        snprintf(id, 16, "%04x:%04x", vendor & 0xffff, device & 0xffff);
    else
        strcpy(id, "unknown");
}

static char *describe_size(uint64_t bytes)
{
    static const char *const UNITS[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    uint64_t size = bytes / 1024;
    size_t unit = 0;

    while (size >= 10 * 1024 && unit + 1 < ELEMENTS(UNITS)) {
        size /= 1024;
        unit++;
    }
    return format("%" PRIu64 " %s", size, UNITS[unit]);
}

static char *describe(enum item_kind kind, const struct item *item)
{
    AUTOFREE char *size = NULL;
    char id[16];

    switch (kind) {
    case ITEM_PCI:
        pci_id(item->model, id);
        return format("PCI device %s (%s)", text_or(item->place, "?"), id);
    case ITEM_DISK:
        size = describe_size(item->size);
        return format("disk %s (%s)", text_or(item->name, text_or(item->place, "?")), size);
    case ITEM_MOUNT:
        return format("file system %s (%s) is not mounted", text_or(item->id, "?"),
                      text_or(item->name, "?"));
    default:
        return format("network interface %s (%s)", text_or(item->name, "?"),
                      text_or(item->id, "no address"));
    }
}

/* What was found and what was not. */

static bool is_needed(enum item_kind kind, const struct item *item)
{
    if (kind == ITEM_PCI || item->spare)
        return false;
    return kind != ITEM_LINK || item->carrier;
}

static void add_missing(enum item_kind kind, const struct item *item, struct losses *losses)
{
    losses_add(losses, is_needed(kind, item), describe(kind, item));
}

/* It is there, but not as it was. */
static void add_changes(enum item_kind kind, const struct item *before, const struct item *now,
                        struct losses *losses)
{
    char id[16];

    if (kind == ITEM_PCI && before->driver && !now->driver) {
        pci_id(before->model, id);
        losses_add(losses, false,
                   format("PCI device %s (%s) has no driver (it had %s)",
                          text_or(before->place, "?"), id, before->driver));
    }
    if (kind == ITEM_LINK && before->carrier && !now->carrier)
        losses_add(losses, is_needed(kind, before),
                   format("network interface %s has lost its carrier", text_or(before->name, "?")));
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
        r = a->carrier - b->carrier;
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

/* Takes out of both lists what is in both, leaving NULL. */
static void match(enum item_kind kind, unsigned by, const struct item **before, size_t n_before,
                  const struct item **now, size_t n_now, struct losses *losses)
{
    for (size_t i = 0; i < n_before; i++)
        for (size_t k = 0; before[i] && k < n_now; k++) {
            if (!now[k] || !is_same(before[i], now[k], by))
                continue;
            add_changes(kind, before[i], now[k], losses);
            before[i] = now[k] = NULL;
        }
}

static void compare_items(enum item_kind kind, const struct items *before, const struct items *now,
                          struct losses *losses)
{
    AUTOFREE const struct item **old = NULL, **new = NULL;

    if (before->known && !now->known)
        losses_add(losses, false, format("%s cannot be read", NAMES[kind]));
    if (!before->known || !now->known)
        return;
    old = sorted(before);
    new = sorted(now);
    for (size_t pass = 0; pass < MAX_PASSES && PASSES[kind][pass]; pass++)
        match(kind, PASSES[kind][pass], old, before->n, new, now->n, losses);
    for (size_t i = 0; i < before->n; i++)
        if (old[i])
            add_missing(kind, old[i], losses);
}

static void compare_route(const char *family, const struct route *before, const struct route *now,
                          bool critical, struct losses *losses)
{
    if (before->link && !now->known)
        losses_add(losses, false, format("the %s default route cannot be read", family));
    else if (before->link && !now->link)
        losses_add(losses, critical,
                   format("no %s default route (it was over %s)", family, before->link));
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
    if (before && now && now < before)
        losses_add(losses, false, format("%s: %ld instead of %ld", what, now, before));
}

static void compare_memory(long before, long now, struct losses *losses)
{
    if (before && now && now < before - before / 100 * MEMORY_PERCENT)
        losses_add(losses, false,
                   format("memory: %ld MiB instead of %ld MiB", now / 1024, before / 1024));
}

void compare(const struct inventory *before, const struct inventory *now, struct losses *ret_losses)
{
    *ret_losses = (struct losses){0};
    for (int kind = 0; kind < N_ITEM_KINDS; kind++)
        compare_items((enum item_kind)kind, &before->items[kind], &now->items[kind], ret_losses);
    compare_routes(before, now, ret_losses);
    compare_count("NUMA nodes", before->nodes, now->nodes, ret_losses);
    compare_count("CPUs", before->cpus, now->cpus, ret_losses);
    compare_memory(before->memory, now->memory, ret_losses);
    losses_sort(ret_losses);
}
