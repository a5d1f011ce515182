/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/attempt.h"
#include "reboot/survey.h"

/* The only printer: the same facts as text or as JSON, to standard output. */

/* `last` is how the last reboot went, or NULL when that is not known. */
void report_status(const struct survey *survey, const struct boot_record *last, bool json);

/* With `all`, what was passed as well. */
void report_check(const struct survey *survey, bool all, bool json);

/* Which drivers kernel `release` lacks, and why the next reboot is not fast, or NULL: nothing if
 * all is well, unless `all`. */
void report_kernel(const char *release, const struct answer *missing, const char *because, bool all,
                   bool json);

/* One of the boot entries; `problem` is why it cannot be kexec'd, or NULL. */
struct listed_entry {
    const struct boot_entry *entry;
    char *problem;
    bool chosen;
};

void report_list(const struct boot_entries *entries, const struct listed_entry *listed, bool json);

/* Records, oldest first. */
void report_history(const struct boot_record *records, size_t n, bool json);
