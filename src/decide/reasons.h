/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Everything that is considered before a reboot: the one table from which text, JSON and journal
 * messages are made. */

enum severity {
    SEVERITY_BLOCK, /* applies or cannot be known: firmware */
    SEVERITY_WARN,  /* worth a look, but a fast reboot is still possible */
    SEVERITY_NOTE,
};

/* What it takes to get rid of a reason. */
enum kind {
    KIND_ONCE,    /* nothing: it ends with the next reboot */
    KIND_SETTING, /* a different setting, of fastreboot or of the system */
    KIND_FAULT,   /* a repair: something is broken */
    KIND_MACHINE, /* a different machine */
};

/* What part of a reboot a reason is about, in the order in which the groups are listed. */
enum reason_group {
    GROUP_SETTINGS,
    GROUP_UNITS,
    GROUP_REQUESTS,
    GROUP_SYSTEM,
    GROUP_KEXEC,
    GROUP_LOADER,
    GROUP_KERNEL,
    GROUP_INITRD,
    GROUP_HARDWARE,
    GROUP_STORAGE,
    GROUP_HISTORY,
    N_GROUPS,
};

/* What is about to happen: a reason only counts for some purposes. */
enum purpose {
    PURPOSE_NEXT_REBOOT, /* nothing yet: what would the next reboot be? */
    PURPOSE_SHUTDOWN,    /* the reboot is under way, in the service's ExecStop */
    PURPOSE_LOAD,        /* a kernel will be loaded, by command or in advance */
};

/* What a reason is about. */
enum scope {
    SCOPE_POLICY, /* the reboot as such */
    SCOPE_KEXEC,  /* loading a kernel: does not count if another program has loaded one */
    SCOPE_CHOSEN, /* likewise, about the kernel that was chosen: tested if there is one */
    SCOPE_FILES,  /* likewise, but only about an entry's files: tested if there is an entry */
};

struct reason {
    const char *id; /* stable, for programs: "kernel-missing" */
    enum reason_group group;
    enum severity severity;
    enum kind kind;
    unsigned purposes; /* bits 1 << enum purpose */
    enum scope scope;
    const char *passed;                         /* the claim that holds if it does not apply */
    const char *advice;                         /* what to do about it, or NULL */
    char *(*advise)(const struct facts *facts); /* the same for this machine, to free; or NULL */

    /* Whether it applies: either an answer among the facts ... */
    size_t answer;    /* its offset in struct facts, or 0 */
    bool when_no;     /* it applies if that answer is no */
    const char *text; /* why, unless the answer has its own text */

    /* ... or a function of them. */
    struct answer (*test)(const struct facts *facts);

    const char *lasting; /* what to do if several reboots did not end it, or NULL */
    const char *about;   /* what it means: sentences, commands in backquotes */
    const char *follows; /* the id of the reason next to which this one adds nothing, or NULL */
    /* Whether a reboot through the firmware would fail for it, too, if it applies; or NULL. */
    bool (*shared)(const struct facts *facts);
    bool alone; /* if it applies, no other that blocks is of interest */
};

/* The reasons, in the order in which they are reported: NULL behind the last one. */
const struct reason *reason_at(size_t i);

size_t reasons_count(void);

/* The reason with this id, or NULL. */
const struct reason *reason_find(const char *id);

/* Those that only a shutdown can find, and that are never asked: NULL behind the last one. They
 * have an id, a group, a severity, a kind, and words. */
const struct reason *reason_late_at(size_t i);

/* The reason of either kind with this id, or NULL. */
const struct reason *reason_explained(const char *id);

/* Whether the reason applies. The text says why, or what cannot be known; it is only NULL if the
 * answer is no. */
struct answer reason_ask(const struct reason *reason, const struct facts *facts);

/* "once", "setting", "fault", "machine" */
const char *kind_name(enum kind kind);

/* "block", "warn", "note" */
const char *severity_name(enum severity severity);

/* "settings", and what its reasons ask about, in words. */
const char *group_name(enum reason_group group);
const char *group_about(enum reason_group group);
