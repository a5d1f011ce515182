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
    ITEM_MOUNT, /* a mounted file system that is in fstab, and the root file system */
    ITEM_LINK,  /* a network interface that belongs to a device */
    ITEM_FLAW,  /* a vulnerability of the CPUs that the kernel knows of */
    N_ITEM_KINDS,
};

/* An item. Members that do not apply are NULL, 0 or false.
 *
 *           PCI         disk                     mount        network interface    flaw
 *   id      -           wwid, serial or uuid     mount point  permanent MAC        name
 *   name    -           link in /dev/disk/by-id  source       name                 -
 *   place   address     kernel's name            -            device it belongs to -
 *   model   modalias    model                    -            -                    what it says
 *   driver  driver      -                        -            -                    -
 *   size    -           in bytes                 -            -                    -
 *   speed   in MT/s     -                        -            in Mb/s              -
 *   width   PCIe lanes  -                        -            -                    -  */
struct item {
    char *id;
    char *name;
    char *place;
    char *model;
    char *driver;
    uint64_t size;
    long speed;
    long width;
    bool carrier; /* of a network interface */
    bool used;    /* a disk: partitioned, part of an array or volume group, or in fstab; an
                   * interface: with a route over it, or over what it is a port of */
    bool spare;   /* comes and goes by itself or by hand: USB, removable media, network disks */
};

enum {
    MAX_PCI = 4096,
    MAX_DISKS = 1024,
    MAX_MOUNTS = 8192,
    MAX_NET_LINKS = 256,
    MAX_FLAWS = 128,
    MAX_ITEM_TEXT = 256,              /* bytes in each string of an item */
    MAX_INVENTORY_TEXT = 1024 * 1024, /* bytes of JSON: some thousands of items */
};

struct items {
    struct item *all;
    size_t n;
    bool known;  /* false if it could not be read: what it lacks then means nothing */
    bool excess; /* there are more than item_kind_max() */
};

/* Whether there is a default route, through which interface, and whether it leads anywhere. */
struct route {
    char *link; /* NULL if there is none */
    bool known;
    char *gateway; /* its address; NULL without one, as on a point-to-point link */
    char *address; /* that the machine has on it; NULL if not known */
    enum {
        RESOLVED_UNKNOWN, /* the kernel has not tried, or the table cannot be read */
        RESOLVED_NO,      /* the gateway did not answer the kernel's question for its MAC address */
        RESOLVED_YES,
    } resolved;
};

struct inventory {
    struct items items[N_ITEM_KINDS];
    struct route ipv4;
    struct route ipv6;
    long nodes;  /* NUMA nodes and online CPUs; 0 if not known */
    long cpus;   /* the same */
    long memory; /* MemTotal in KiB; 0 if not known */
    long boot;   /* seconds from the kernel's start until systemd had started everything; 0 where
                  * it had not yet, or that is not known */
    char *clock; /* the clock source, such as "tsc"; or NULL */
};

/* To and from JSON. inventory_from_json() returns 0, or -EBADMSG if something is wrong or exceeds a
 * limit; release the inventory with inventory_clear() in either case. inventory_to_json() returns a
 * new object. */
int inventory_from_json(const struct json_object *object, struct inventory *ret_inventory);
struct json_object *inventory_to_json(const struct inventory *inventory);
void inventory_clear(struct inventory *inventory);

/* Reduces all strings to what survives JSON: at most MAX_ITEM_TEXT printable ASCII characters,
 * without blanks around them; NULL if nothing is left. item_text_trim() does so for one string. */
void inventory_trim(struct inventory *inventory);
void item_text_trim(char **text);

/* Adds an empty item and returns it, or NULL, with ->excess set, if there are already `max`. */
struct item *items_add(struct items *items, size_t max);
void items_clear(struct items *items);

/* "pci", "disk", "mount", "link", "flaw"; and the largest number of items of a kind. */
const char *item_kind_name(enum item_kind kind);
size_t item_kind_max(enum item_kind kind);
