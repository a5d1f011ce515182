/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

/* What `fastreboot trace` found out about one reboot: where the time went while no program ran. */

/* The line in the log of the old kernel with which its part of the trace begins; the id of the
 * attempt follows. */
#define TRACE_MARK "fastreboot: tracing attempt "

enum {
    TRACE_ITEMS = 10,
    TRACE_NAME = 96, /* longer names are cut */
};

/* Something that took a while. */
struct trace_item {
    char *name;       /* printable */
    int64_t duration; /* in microseconds */
};

struct trace_items {
    struct trace_item all[TRACE_ITEMS]; /* the slowest first */
    size_t n;
};

/* Durations and times are in microseconds, -1 if they are not known. */
struct reboot_trace {
    char *problem;     /* why the shutdown of the devices is not known, in words, or NULL */
    int64_t leaving;   /* from fastreboot's last step until the first device was shut down */
    int64_t devices;   /* from there until the kernel started the next one */
    int64_t n_devices; /* how many devices were shut down; 0 if that is not known */
    struct trace_items shutdowns; /* of devices */
    struct trace_items startups;  /* of the new kernel's parts and drivers */
    int64_t unpacking;            /* the initrd, beside other work */
    int64_t link;                 /* when the first network link was up, since the kernel started */
    int64_t address;              /* when DHCP had an address, since the kernel started */
};

/* One of which nothing is known. */
void trace_init(struct reboot_trace *trace);
void trace_clear(struct reboot_trace *trace);
/* The same, and frees it; NULL is allowed. */
void trace_free(struct reboot_trace *trace);

/* Keeps it if it is among the slowest. `length` bytes at `name` are its name: it is made printable,
 * and cut if it is long. */
void trace_add(struct trace_items *items, const char *name, size_t length, int64_t duration);

/* To and from JSON. trace_from_json() returns 0 or -EBADMSG; release the trace with trace_clear()
 * in either case. trace_to_json() returns a new object. */
int trace_from_json(const struct json_object *object, struct reboot_trace *ret);
struct json_object *trace_to_json(const struct reboot_trace *trace);
