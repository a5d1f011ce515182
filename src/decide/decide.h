/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "decide/reasons.h"

/* From facts to a verdict, without I/O and without a clock. */

struct finding {
    const struct reason *reason;
    struct answer found; /* whether it applies; the text says why, or what cannot be known */
    const char *follows; /* the id of the reason that this one adds nothing to, or NULL */
    char *advice;        /* what to do about it on this machine, or NULL */
    bool anyway;         /* a reboot through the firmware would fail for it, too */
    char *lasting;       /* what to do about one that reboots did not end, see repeat.h; or NULL */
};

/* Whether it cannot be known, but root would know. */
bool finding_needs_root(const struct finding *finding);

struct verdict {
    bool fast;
    bool needs_root;               /* firmware, but only because this user may not read something */
    bool by_hand;                  /* fast, into a kernel that another program loaded */
    const struct finding *because; /* the finding that decided for the firmware; NULL if fast */
    size_t warnings;               /* warnings, except those that only root can know */
    size_t n;                      /* number of findings, in the order of the table */
    struct finding *findings;
};

/* What it takes to end a finding, and what to do about it (or NULL). Both come from its reason,
 * except if it is not known whether a request is waiting: no reboot may ever answer that, and there
 * is nothing to undo. */
enum kind finding_kind(const struct finding *finding);
const char *finding_advice(const struct finding *finding);

/* Release with verdict_clear(). */
void decide(const struct facts *facts, enum purpose purpose, struct verdict *ret_verdict);

void verdict_clear(struct verdict *verdict);

/* Why kexec cannot start the entry of `payload` on the machine of `facts`, or NULL if it can. The
 * caller frees the text. */
char *decide_entry(const struct facts *facts, const struct boot_payload *payload);
