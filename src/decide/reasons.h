/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Everything that is considered before a reboot: the one table behind text, JSON and journal. */

enum severity {
    SEVERITY_BLOCK, /* applies or cannot be known: firmware */
    SEVERITY_WARN,  /* somebody should look at it, but a fast reboot is still possible */
    SEVERITY_NOTE,
};

/* What it takes to get rid of a reason. */
enum kind {
    KIND_ONCE,    /* nothing: it is over after the next reboot */
    KIND_SETTING, /* another setting, of fastreboot or of the system */
    KIND_FAULT,   /* something is broken and has to be repaired */
    KIND_MACHINE, /* another machine */
};

/* What is about to happen: a reason counts for some purposes only. */
enum purpose {
    PURPOSE_NEXT_REBOOT, /* nothing yet: what would the next reboot be? */
    PURPOSE_SHUTDOWN,    /* the reboot is under way, in the service's ExecStop */
    PURPOSE_LOAD,        /* a kernel is to be loaded, by command or early */
};

/* What a reason is about. */
enum scope {
    SCOPE_POLICY, /* the reboot as such */
    SCOPE_KEXEC,  /* loading a kernel: not while a kernel that another program loaded is in place */
    SCOPE_FILES,  /* the same, and about an entry's files alone: tested if there is an entry */
};

struct reason {
    const char *id; /* stable, for programs: "kernel-missing" */
    enum severity severity;
    enum kind kind;
    unsigned purposes; /* bits 1 << enum purpose */
    enum scope scope;
    const char *passed; /* the claim that holds when it does not apply */
    const char *advice; /* what to do about it, or NULL */

    /* Whether it applies: either an answer among the facts ... */
    size_t answer;    /* where it is in struct facts, or 0 */
    bool when_no;     /* it applies when that answer is no */
    const char *text; /* why, unless the answer has a text of its own */

    /* ... or a function of them. */
    struct answer (*test)(const struct facts *facts);

    const char *lasting; /* what to do if several reboots did not end it, or NULL */
    const char *about;   /* what it means: sentences, commands in backquotes */
    const char *follows; /* it says nothing new when the reason of this id applies; or NULL */
    bool alone;          /* when it applies, nothing else that blocks is of interest */
};

extern const struct reason REASONS[];
extern const size_t N_REASONS;

/* Whether the reason applies. The text, which is never NULL unless the answer is no, says why, or
 * what cannot be known. */
struct answer reason_ask(const struct reason *reason, const struct facts *facts);

/* "once", "setting", "fault", "machine" */
const char *kind_name(enum kind kind);

/* "block", "warn", "note" */
const char *severity_name(enum severity severity);
