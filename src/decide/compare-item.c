/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/compare-item.h"

#include <inttypes.h>

#include "base/util.h"

static bool same_text(const char *a, const char *b)
{
    return a && b && streq(a, b);
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

static char *describe_pci(const struct item *item)
{
    char id[16];

    pci_id(item->model, id);
    return format("PCI device %s (%s)", text_or(item->place, "?"), id);
}

char *item_describe(enum item_kind kind, const struct item *item)
{
    AUTOFREE char *size = NULL;

    switch (kind) {
    case ITEM_PCI:
        return describe_pci(item);
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

/* What stays the same in both inventories, as far as there is such a thing. */
char *item_loss_id(enum item_kind kind, const struct item *item)
{
    const char *name = text_or(item->name, text_or(item->place, "?"));

    return format("%s:%s", item_kind_name(kind), text_or(item->id, name));
}

/* What was found and what was not. */

/* A virtual disk, as an orchestrator attaches them for a container and takes them away with it. */
static bool is_volume(const struct item *disk)
{
    static const char *const VOLUMES[] = {
        "Amazon_Elastic_Block_Store",
        "Google_PersistentDisk",
        "nvme_card-pd",
        "Msft_Virtual_Disk",
        "MSFT_NVMe_Accelerator",
        "DO_Volume",
        "HC_Volume",
        "BlockVolume",
        "Alibaba_Cloud_Elastic_Block",
        "QEMU_HARDDISK",
        "VMware_Virtual",
        "VIRTUAL-DISK",
        "LIO-ORG",
        "virtio-",
    };

    if (disk->place && after_prefix(disk->place, "vd"))
        return true;
    for (size_t i = 0; disk->name && i < ELEMENTS(VOLUMES); i++)
        if (strstr(disk->name, VOLUMES[i]))
            return true;
    return false;
}

/* Whether a PCI device is of this class, two digits such as "03" for displays. */
static bool is_class(const struct item *item, const char *digits)
{
    const char *class = item->model ? strstr(item->model, "bc") : NULL;

    return class && after_prefix(class + strlen("bc"), digits);
}

bool item_stays(enum item_kind kind, const struct item *item)
{
    if (kind == ITEM_PCI && (is_class(item, "01") || is_class(item, "02")))
        return false;
    return !item->spare && (kind != ITEM_DISK || item->used || !is_volume(item));
}

static bool is_default_link(const struct inventory *inventory, const struct item *link)
{
    return same_text(inventory->ipv4.link, link->name) ||
           same_text(inventory->ipv6.link, link->name);
}

/* Whether the machine of `before` needs the item for what it does. */
static bool is_needed(const struct inventory *before, enum item_kind kind, const struct item *item)
{
    if (item->spare)
        return false;
    switch (kind) {
    case ITEM_DISK:
        return item->used || !is_volume(item);
    case ITEM_MOUNT:
        return true;
    case ITEM_LINK:
        return item->carrier && (item->used || is_default_link(before, item));
    default:
        return false;
    }
}

static void add(const struct inventory *before, enum item_kind kind, const struct item *item,
                char *text, struct losses *losses)
{
    losses_add(losses, is_needed(before, kind, item), item_loss_id(kind, item), text);
}

void item_add_missing(const struct inventory *before, enum item_kind kind, const struct item *item,
                      struct losses *losses)
{
    if (kind != ITEM_FLAW)
        add(before, kind, item, item_describe(kind, item), losses);
}

/* It is there, but not as it was. */

static void add_worse(enum item_kind kind, const struct item *item, char *text,
                      struct losses *losses)
{
    losses_add(losses, false, item_loss_id(kind, item), text);
}

static void add_pci_changes(const struct item *before, const struct item *now,
                            struct losses *losses)
{
    AUTOFREE char *device = describe_pci(before);

    if (before->driver && !now->driver)
        add_worse(ITEM_PCI, before, format("%s has no driver (it had %s)", device, before->driver),
                  losses);
    if (is_less(before->width, now->width))
        add_worse(ITEM_PCI, before,
                  format("%s has %ld PCIe lanes instead of %ld", device, now->width, before->width),
                  losses);
    if (is_less(before->speed, now->speed) && !is_class(before, "03")) /* displays slow down */
        add_worse(ITEM_PCI, before,
                  format("%s runs at %ld.%ld GT/s instead of %ld.%ld GT/s", device,
                         now->speed / 1000, now->speed % 1000 / 100, before->speed / 1000,
                         before->speed % 1000 / 100),
                  losses);
}

static void add_link_changes(const struct inventory *inventory, const struct item *before,
                             const struct item *now, struct losses *losses)
{
    const char *name = text_or(before->name, "?");

    if (before->carrier && !now->carrier)
        add(inventory, ITEM_LINK, before, format("network interface %s has lost its carrier", name),
            losses);
    else if (is_less(before->speed, now->speed))
        add_worse(ITEM_LINK, before,
                  format("network interface %s runs at %ld Mb/s instead of %ld Mb/s", name,
                         now->speed, before->speed),
                  losses);
}

/* The model of a flaw is what the kernel says of it. */
static void add_flaw_changes(const struct item *before, const struct item *now,
                             struct losses *losses)
{
    if (before->model && now->model && !after_prefix(before->model, "Vulnerable") &&
        after_prefix(now->model, "Vulnerable"))
        add_worse(ITEM_FLAW, before,
                  format("CPU flaw %s: %s (it was: %s)", text_or(before->id, "?"), now->model,
                         before->model),
                  losses);
}

void item_add_changes(const struct inventory *inventory, enum item_kind kind,
                      const struct item *before, const struct item *now, struct losses *losses)
{
    if (kind == ITEM_PCI)
        add_pci_changes(before, now, losses);
    else if (kind == ITEM_LINK)
        add_link_changes(inventory, before, now, losses);
    else if (kind == ITEM_FLAW)
        add_flaw_changes(before, now, losses);
}
