/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* From facts to a verdict, without I/O and without a clock. */

enum severity {
    SEVERITY_BLOCK, /* applies or cannot be known: firmware */
    SEVERITY_WARN,  /* somebody should look at it, but it keeps nothing from being fast */
    SEVERITY_NOTE,
};

/* What is going to happen; some reasons keep from one and not from the other. */
enum purpose {
    PURPOSE_NEXT_REBOOT, /* what a reboot from now on would do */
    PURPOSE_SHUTDOWN,    /* the reboot is under way, in the service's ExecStop */
    PURPOSE_LOAD,        /* a kernel is to be loaded on somebody's word or early */
};

/* What a reason is about. */
enum scope {
    SCOPE_POLICY, /* the reboot as such */
    SCOPE_KEXEC,  /* loading a kernel of ours: not where somebody else's is loaded and will start */
    SCOPE_FILES,  /* the same, and about an entry's files alone: tested where there is an entry */
};

/* A row of the table of everything that is considered. */
struct reason {
    const char *id; /* stable, for programs: "kernel-missing" */
    enum severity severity;
    unsigned purposes; /* bits 1 << enum purpose for which it counts */
    enum scope scope;
    const char *passed; /* the claim that holds when it does not apply */
    const char *advice; /* what to do about it, or NULL */

    /* 1 when it applies, with the reason in words, which the caller frees; 0 when it does not;
     * a negative errno when that cannot be known, perhaps with words too; never -ENOMEM but when
     * memory is gone. */
    int (*test)(const struct facts *facts, char **ret_text);
};

extern const struct reason REASONS[];
extern const size_t N_REASONS;

struct finding {
    const struct reason *reason;
    int result; /* as of reason->test */
    char *text; /* in words, where it applies or is not known */
};

struct verdict {
    bool fast;
    bool needs_root;               /* firmware only because this user may not read something */
    bool by_hand;                  /* fast, with the kernel that somebody else has loaded */
    const struct finding *because; /* the finding that decided for firmware; NULL when fast */
    size_t n;                      /* findings, in the order of the table */
    struct finding *findings;
};

/* 0 or -ENOMEM. Release with verdict_clear() in any case. */
int decide(const struct facts *facts, enum purpose purpose, struct verdict *ret_verdict);

void verdict_clear(struct verdict *verdict);

/* Why the entry of `payload` cannot be kexec'd on the machine of `facts`, in words for the caller
 * to free, or NULL in *ret_text when it can. 0 or -ENOMEM. */
int decide_entry(const struct facts *facts, const struct boot_payload *payload, char **ret_text);

/* "block", "warn", "note" */
const char *severity_name(enum severity severity);
