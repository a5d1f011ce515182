/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "facts/slow.h"
#include "facts/trace.h"

/* When each step of a reboot was reached. */

enum time_point {
    TIME_ASKED,      /* the shutdown began */
    TIME_BEGUN,      /* the load at shutdown began */
    TIME_LOADED,     /* the next kernel was loaded */
    TIME_STOPPED,    /* the last service stopped */
    TIME_JUMP,       /* the last step of user space: fastreboot-jump.service started */
    TIME_FIRMWARE,   /* the firmware started */
    TIME_LOADER,     /* the boot loader started */
    TIME_KERNEL,     /* the new kernel started */
    TIME_INITRD,     /* the program in the initrd started */
    TIME_USERSPACE,  /* systemd started from the root file system */
    TIME_MULTI_USER, /* multi-user.target was reached */
    TIME_NETWORK,    /* network-online.target was reached */
    N_TIME_POINTS,
};

struct reboot_times {
    char *boot_id;             /* of the boot that followed the reboot */
    char *before;              /* of the boot that it ended, or NULL */
    int64_t at[N_TIME_POINTS]; /* in microseconds since 1970, or 0 if not known; those of the new
                                  system by its clock when all were known */
    int64_t clock_set; /* by how many microseconds the clock was set between the new system's start
                          and then; negative if it was set back */
    char *console;     /* the serial console to which the kernel wrote all its messages, or NULL */
    struct slow_services stopping;
    struct slow_services starting;
    struct reboot_trace
        *trace; /* what `fastreboot trace` found out, or NULL if the reboot was not traced */
};

enum {
    TIMES_VERSION = 1,
    TIMES_LINES = 100, /* as many as the history has */
    TIMES_BYTES = 512 * 1024,
};

/* To and from JSON. times_from_json() returns 1, 0 if the version is unknown, or -EBADMSG if a
 * member is missing or wrong; release the times with times_clear() in either case. times_to_json()
 * returns a new object. */
int times_from_json(const struct json_object *object, struct reboot_times *ret);
struct json_object *times_to_json(const struct reboot_times *times);
void times_clear(struct reboot_times *times);

/* A step's name in JSON. */
const char *time_point_name(enum time_point point);

/* From one step to another, in microseconds; -1 if one of them is not known, or the clock was set
 * in between so that it does not tell. */
int64_t times_between(const struct reboot_times *times, enum time_point from, enum time_point to);

/* How long the machine was away: from the last service that stopped to multi-user.target, in
 * microseconds, or -1. */
int64_t times_away(const struct reboot_times *times);

/* The text of the file with the times of all reboots: one line of JSON for each, oldest first.
 * Lines of another version are left out. times_parse() returns 0, or -EBADMSG at an invalid line,
 * with those before it in `ret`; release it with times_list_clear() in either case. */
struct times_list {
    struct reboot_times *all;
    size_t n;
};

int times_parse(const char *text, struct times_list *ret);
void times_list_clear(struct times_list *list);

/* The times of the reboot that this boot followed, or NULL. `boot_id` may be NULL. */
const struct reboot_times *times_of(const struct times_list *list, const char *boot_id);

/* Takes them out of the list, for times_clear(); false if it does not have them. */
bool times_take(struct times_list *list, const char *boot_id, struct reboot_times *ret);

/* `text` (or NULL) with one more line, limited to TIMES_LINES and TIMES_BYTES / 2. An older line
 * about the same boot is left out. The caller frees the text. */
char *times_with(const char *text, const struct reboot_times *times);
