/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

/* What a machine has: written down before a fast reboot, and looked for after it. */

enum item_kind {
    ITEM_PCI,
    ITEM_DISK,
    ITEM_MOUNT, /* a file system that fstab wants and that is mounted, and the root */
    ITEM_LINK,  /* a network interface with a device behind it */
    N_ITEM_KINDS,
};

/* One of them. What it does not have is NULL, 0 or false.
 *
 *           PCI       disk                     mount        network interface
 *   id      -         wwid, serial or uuid     mount point  permanent MAC address
 *   name    -         link in /dev/disk/by-id  source       name
 *   place   address   kernel's name            -            device that it is a part of
 *   model   modalias  model                    -            -
 *   driver  driver    -                        -            -
 *   size    -         in bytes                 -            -  */
struct item {
    char *id;
    char *name;
    char *place;
    char *model;
    char *driver;
    uint64_t size;
    bool carrier; /* of a network interface */
    bool spare;   /* comes and goes by itself or by hand: USB, removable media, network disks */
};

enum {
    MAX_PCI = 4096,
    MAX_DISKS = 1024,
    MAX_MOUNTS = 8192,
    MAX_LINKS = 256,
    MAX_ITEM_TEXT = 256,              /* bytes of one of its texts */
    MAX_INVENTORY_TEXT = 1024 * 1024, /* bytes of JSON: some thousands of items */
};

struct items {
    struct item *all;
    size_t n;
    bool known; /* or it could not be read, and nothing follows from what is not in it */
};

/* Whether there is a default route, and over which interface. */
struct route {
    char *link; /* NULL where there is none */
    bool known;
};

struct inventory {
    struct items items[N_ITEM_KINDS];
    struct route ipv4;
    struct route ipv6;
    long nodes;  /* NUMA nodes, CPUs that are online: 0 where that is not known */
    long cpus;   /* the same */
    long memory; /* MemTotal in KiB, the same */
};

/* Both directions. From JSON gives 0, or -EBADMSG when something is wrong or there is more of it
 * than allowed; release with inventory_clear() in any case. To JSON gives a new object. */
int inventory_from_json(const struct json_object *object, struct inventory *ret_inventory);
struct json_object *inventory_to_json(const struct inventory *inventory);
void inventory_clear(struct inventory *inventory);

/* Makes all texts what they still are after a way through JSON: at most MAX_ITEM_TEXT printable
 * ASCII characters without blanks around them; NULL where none is left. The second does so with one
 * text. */
void inventory_trim(struct inventory *inventory);
void item_text_trim(char **text);

/* Adds an empty item and gives it, or NULL when there are `max` of them. */
struct item *items_add(struct items *items, size_t max);
void items_clear(struct items *items);

/* "pci", "disk", "mount", "link", and how many there may be. */
const char *item_kind_name(enum item_kind kind);
size_t item_kind_max(enum item_kind kind);
