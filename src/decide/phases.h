/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/times.h"

/* Where the time of a reboot went. */

enum phase_kind {
    PHASE_STOPPING,   /* services stop */
    PHASE_LOADING,    /* the next kernel is loaded, meanwhile */
    PHASE_UNMOUNTING, /* up to the last step of user space */
    PHASE_GAP,        /* from there to the new kernel, or to the firmware if it tells */
    PHASE_FIRMWARE,
    PHASE_LOADER,
    PHASE_KERNEL,
    PHASE_INITRD,
    PHASE_USERSPACE, /* until multi-user.target */
    PHASE_NETWORK,   /* until network-online.target, meanwhile or longer */
    N_PHASE_KINDS,
};

struct phase {
    enum phase_kind kind;
    int64_t start;    /* in microseconds since the beginning of the first phase */
    int64_t duration; /* in microseconds, or -1 if the clock does not tell */
};

struct phases {
    struct phase all[N_PHASE_KINDS]; /* in their order; only those of which something is known */
    size_t n;
    int64_t total;     /* from the beginning of the first to the end of the last one */
    bool clock_broken; /* by the clock the new kernel started before the last step of the old
                          system, so the phases after it begin where those before it end */
};

void phases_of(const struct reboot_times *times, struct phases *ret);

/* Its name in JSON. */
const char *phase_id(enum phase_kind kind);

/* In words. The gap of a reboot through the firmware (`fast` is false) and the kernel's phase are
 * named by what they contain. */
const char *phase_title(const struct phases *phases, enum phase_kind kind, bool fast);

/* What the administrator could change: texts, NULL-terminated, for names_free(). */
char **phases_advice(const struct reboot_times *times, const struct phases *phases);
