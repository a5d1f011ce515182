/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/inventory.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"

enum {
    MAX_NAMES = 8192, /* in one directory: there are loop devices and the like, too */
    MAX_LINE = 4096,
    MAX_TABLE = 64 * 1024,
};

/* Both inventories, the one that went through JSON and the one that did not, hold the same. */
void inventory_clean(char *text)
{
    size_t length = strlen(text), start = strspn(text, " ");

    while (length > start && text[length - 1] == ' ')
        length--;
    length -= start;
    length = length > MAX_ITEM_TEXT ? MAX_ITEM_TEXT : length;
    memmove(text, text + start, length);
    text[length] = 0;
    for (char *sign = text; *sign; sign++)
        if (*sign < ' ' || *sign > '~')
            *sign = '?';
}

int inventory_line(int root, const char *directory, const char *name, char **ret_text)
{
    AUTOFREE char *path = format("%s/%s", directory, name), *text = NULL;
    int r = path ? root_read_line(root, path, MAX_LINE, &text) : -ENOMEM;

    *ret_text = NULL;
    if (r == -ENOMEM)
        return r;
    if (r < 0)
        return 0;
    inventory_clean(text);
    if (*text)
        *ret_text = steal(&text);
    return 0;
}

int inventory_number(int root, const char *directory, const char *name, long otherwise,
                     long *ret_number)
{
    AUTOFREE char *path = format("%s/%s", directory, name);
    int r = path ? root_read_number(root, path, ret_number) : -ENOMEM;

    if (r < 0)
        *ret_number = otherwise;
    return r == -ENOMEM ? r : 0;
}

int inventory_link(int root, const char *directory, const char *name, char **ret_target)
{
    AUTOFREE char *path = format("%s/%s", directory, name);
    int r;

    *ret_target = NULL;
    r = path ? root_readlink(root, path, ret_target) : -ENOMEM;
    return r == -ENOMEM ? r : 0;
}

int inventory_has(int root, const char *directory, const char *name)
{
    AUTOFREE char *path = format("%s/%s", directory, name);
    int r = path ? root_exists(root, path) : -ENOMEM;

    return r == -ENOMEM ? r : r > 0;
}

static int any_name(const char *name)
{
    return name[0] != '.';
}

int inventory_walk(int root, const char *path, inventory_look look, struct items *items)
{
    CLEANUP(names_freep) char **names = NULL;
    int r = root_names(root, path, any_name, MAX_NAMES, &names);

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    r = 0;
    for (char **name = names; r >= 0 && *name; name++)
        r = look(root, path, *name, items);
    items->known = r >= 0;
    return r == -ENOMEM ? r : 0;
}

/* PCI */

static int read_driver(int root, const char *directory, char **ret_driver)
{
    AUTOFREE char *target = NULL;
    const char *slash;
    int r = inventory_link(root, directory, "driver", &target);

    if (r < 0 || !target)
        return r;
    slash = strrchr(target, '/');
    *ret_driver = strdup(slash ? slash + 1 : target);
    if (!*ret_driver)
        return -ENOMEM;
    inventory_clean(*ret_driver);
    return 0;
}

static int look_at_pci(int root, const char *path, const char *name, struct items *items)
{
    AUTOFREE char *directory = format("%s/%s", path, name);
    struct item *item;
    int r = directory ? inventory_has(root, directory, "physfn") : -ENOMEM;

    if (r != 0) /* virtual functions are made by who wants some */
        return r < 0 ? r : 0;
    if (items->n == MAX_PCI)
        return -E2BIG;
    item = items_add(items, MAX_PCI);
    if (!item)
        return -ENOMEM;
    item->place = strndup(name, MAX_ITEM_TEXT);
    if (!item->place)
        return -ENOMEM;
    r = inventory_line(root, directory, "modalias", &item->model);
    return r < 0 ? r : read_driver(root, directory, &item->driver);
}

int inventory_read_pci(int root, struct items *items)
{
    return inventory_walk(root, "sys/bus/pci/devices", look_at_pci, items);
}

/* Processors and memory */

/* How many there are in a list such as "0-3,8"; 0 where it is none. */
static long count_list(const char *list)
{
    long n = 0;

    while (*list) {
        char *end;
        long first, last;

        first = last = strtol(list, &end, 10);
        if (end == list || first < 0)
            return 0;
        if (*end == '-') {
            list = end + 1;
            last = strtol(list, &end, 10);
            if (end == list || last < first)
                return 0;
        }
        n += last - first + 1;
        if (*end && *end != ',')
            return 0;
        list = end + (*end == ',');
    }
    return n;
}

static int read_count(int root, const char *directory, long *ret_count)
{
    AUTOFREE char *list = NULL;
    int r = inventory_line(root, directory, "online", &list);

    *ret_count = list ? count_list(list) : 0;
    return r;
}

static int read_memory(int root, long *ret_memory)
{
    AUTOFREE char *text = NULL;
    int r = root_read(root, "proc/meminfo", MAX_TABLE, &text, NULL);
    const char *line = r < 0 ? NULL : strstr(text, "MemTotal:");

    *ret_memory = line ? strtol(line + strlen("MemTotal:"), NULL, 10) : 0;
    if (*ret_memory < 0)
        *ret_memory = 0;
    return r == -ENOMEM ? r : 0;
}

int inventory_read(int root, struct inventory *ret_inventory)
{
    struct items *items = ret_inventory->items;
    int r;

    *ret_inventory = (struct inventory){0};
    r = inventory_read_pci(root, &items[ITEM_PCI]);
    if (r >= 0)
        r = inventory_read_disks(root, &items[ITEM_DISK]);
    if (r >= 0)
        r = inventory_read_mounts(root, &items[ITEM_MOUNT]);
    if (r >= 0)
        r = inventory_read_links(root, &items[ITEM_LINK]);
    if (r >= 0)
        r = inventory_read_routes(root, ret_inventory);
    if (r >= 0)
        r = read_count(root, "sys/devices/system/node", &ret_inventory->nodes);
    if (r >= 0)
        r = read_count(root, "sys/devices/system/cpu", &ret_inventory->cpus);
    return r < 0 ? r : read_memory(root, &ret_inventory->memory);
}

int machine_read(int root, struct machine *ret_machine)
{
    static const char DMI[] = "sys/class/dmi/id";
    int r;

    *ret_machine = (struct machine){0};
    r = inventory_line(root, "etc", "machine-id", &ret_machine->id);
    if (r >= 0)
        r = inventory_line(root, DMI, "product_name", &ret_machine->product);
    if (r >= 0)
        r = inventory_line(root, DMI, "board_name", &ret_machine->board);
    if (ret_machine->id && strlen(ret_machine->id) != 32) { /* "uninitialized", at a first boot */
        free(ret_machine->id);
        ret_machine->id = NULL;
    }
    return r;
}
