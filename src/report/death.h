/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/boot-record.h"

/* How the kernel of a fast reboot that failed has ended. */

/* What matters of it, in at most ten lines; nothing if the record has nothing of it. `why` is the
 * command that shows the rest, or NULL. */
void report_death(const struct boot_record *record, const char *why);

/* All that is known, with the log: of the reboot with this number. */
void report_why(const struct boot_record *record, size_t number, int64_t now);
