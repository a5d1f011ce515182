/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "decide/reasons.h"

/* The table of reasons, in parts that follow each other, and the words for its rows. A reason that
 * reads one answer among the facts needs a member there, the reader that fills it, and a row. */

struct reason_list {
    const struct reason *rows;
    size_t n;
};

extern const struct reason_list MACHINE_REASONS, KERNEL_REASONS, WARNINGS;

/* Not part of it: only a shutdown can find these. */
extern const struct reason_list LATE_REASONS;

/* The purposes of a reason. */
enum {
    REBOOTS = 1 << PURPOSE_NEXT_REBOOT | 1 << PURPOSE_SHUTDOWN,
    ALWAYS = REBOOTS | 1 << PURPOSE_LOAD,
    BEFORE = 1 << PURPOSE_NEXT_REBOOT,
    LOADING = 1 << PURPOSE_LOAD,
};

/* When a reason applies. `why` is NULL if the answer has its own text. */
#define IF_YES(member, why) .answer = offsetof(struct facts, member), .text = (why)
#define IF_NO(member, why) IF_YES(member, why), .when_no = true
#define IF(function) .test = (function)
