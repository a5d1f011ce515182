/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/inventory.h"

#include <errno.h>

#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"

enum {
    MAX_MEMINFO = 64 * 1024,
};

#define PCI "sys/bus/pci/devices"
#define FLAWS "sys/devices/system/cpu/vulnerabilities"
#define CLOCK "sys/devices/system/clocksource/clocksource0"

/* "8.0 GT/s PCIe" in MT/s; 0 where it is not known. */
static long read_pci_speed(int root, const char *path)
{
    AUTOFREE char *text = NULL;
    long whole = 0, tenths = 0;

    (void)sysfs_line(root, path, "current_link_speed", &text);
    if (!text || sscanf(text, "%6ld.%1ld GT/s", &whole, &tenths) < 1 || whole <= 0)
        return 0;
    return whole * 1000 + tenths * 100;
}

static int look_at_pci(int root, const char *path, void *data)
{
    struct item *item;

    if (sysfs_has(root, path, "physfn") > 0) /* virtual functions come and go as they are wanted */
        return 0;
    item = items_add(data, MAX_PCI);
    if (!item)
        return -E2BIG;
    item->place = xstrdup(basename(path));
    (void)sysfs_line(root, path, "modalias", &item->model);
    (void)sysfs_link_name(root, path, "driver", &item->driver);
    (void)sysfs_number(root, path, "current_link_width", &item->width);
    item->speed = read_pci_speed(root, path);
    return 0;
}

static int look_at_flaw(int root, const char *path, void *data)
{
    struct item *item = items_add(data, MAX_FLAWS);

    if (!item)
        return -E2BIG;
    item->id = xstrdup(basename(path));
    return root_read_line(root, path, SYSFS_LINE, &item->model) < 0 ? -EIO : 0;
}

/* Moves *text behind the number that it starts with. -1 if that is not one, or too large. */
static long take_number(const char **text)
{
    char *end;
    long number;

    if (**text < '0' || **text > '9')
        return -1;
    errno = 0;
    number = strtol(*text, &end, 10);
    *text = end;
    return errno ? -1 : number;
}

/* How many numbers there are in a list such as "0-3,8"; 0 if it is not one. */
static long count_list(const char *list)
{
    long n = 0;

    while (*list) {
        long first = take_number(&list), last = first;

        if (*list == '-') {
            list++;
            last = take_number(&list);
        }
        if (first < 0 || last < first || (*list && *list != ',') ||
            __builtin_add_overflow(n, last - first, &n) || __builtin_add_overflow(n, 1, &n))
            return 0;
        list += *list == ',';
    }
    return n;
}

static long read_count(int root, const char *directory)
{
    AUTOFREE char *list = NULL;

    return sysfs_line(root, directory, "online", &list) > 0 ? count_list(list) : 0;
}

static long read_memory(int root)
{
    AUTOFREE char *text = NULL;
    int r = root_read(root, "proc/meminfo", MAX_MEMINFO, &text, NULL);
    const char *line = r < 0 ? NULL : strstr(text, "MemTotal:");
    long memory = line ? strtol(line + strlen("MemTotal:"), NULL, 10) : 0;

    return memory < 0 ? 0 : memory;
}

void inventory_read(int root, struct inventory *ret_inventory)
{
    struct items *items = ret_inventory->items;

    *ret_inventory = (struct inventory){0};
    items[ITEM_PCI].known =
        root_exists(root, PCI) > 0 && sysfs_walk(root, PCI, look_at_pci, &items[ITEM_PCI]) == 0;
    inventory_read_disks(root, &items[ITEM_DISK]);
    inventory_read_mounts(root, &items[ITEM_MOUNT], &items[ITEM_DISK]);
    inventory_read_links(root, &items[ITEM_LINK]);
    inventory_read_route(root, ROUTES_IPV4, &ret_inventory->ipv4);
    inventory_read_route(root, ROUTES_IPV6, &ret_inventory->ipv6);
    items[ITEM_FLAW].known = root_exists(root, FLAWS) > 0 &&
                             sysfs_walk(root, FLAWS, look_at_flaw, &items[ITEM_FLAW]) == 0;
    (void)sysfs_line(root, CLOCK, "current_clocksource", &ret_inventory->clock);
    ret_inventory->nodes = read_count(root, "sys/devices/system/node");
    ret_inventory->cpus = read_count(root, "sys/devices/system/cpu");
    ret_inventory->memory = read_memory(root);
    inventory_trim(ret_inventory);
}

void machine_read(int root, struct machine *ret_machine)
{
    static const char DMI[] = "sys/class/dmi/id";

    *ret_machine = (struct machine){0};
    (void)sysfs_line(root, "etc", "machine-id", &ret_machine->id);
    (void)sysfs_line(root, DMI, "product_name", &ret_machine->product);
    (void)sysfs_line(root, DMI, "board_name", &ret_machine->board);
    item_text_trim(&ret_machine->id);
    item_text_trim(&ret_machine->product);
    item_text_trim(&ret_machine->board);
    if (ret_machine->id && strlen(ret_machine->id) != 32) /* "uninitialized", at a first boot */
        set_text(&ret_machine->id, NULL);
}
