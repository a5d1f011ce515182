/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/boot-record.h"
#include "reboot/survey.h"
#include "report/print.h"

/* What several reports say, in words; all for free(). */

/* What the next reboot will be: the first line. */
char *headline(const struct survey *survey, int64_t now, enum style *ret_style);

/* Whether the finding is of interest: it applies, and does not follow from another one. What root
 * alone can know is told of once, by print_needs_root(). */
bool is_shown(const struct finding *finding);

/* "  2 checks need root: kernel-missing, disk-errors", if there are any. */
void print_needs_root(const struct verdict *verdict);

/* "9.8 s", "3 min 37 s" */
char *duration_text(int64_t milliseconds);

/* "2026-05-01 10:00 UTC", in the time zone of the reader. */
char *time_text(int64_t time);

/* "2026-05-01 10:00 UTC (3 days ago)", or without the second if `now` is 0. */
char *time_and_age_text(int64_t time, int64_t now);

/* Why a reboot was what it was, without the outcome: "missing: disk X"; NULL when there is nothing
 * to say. */
char *details_text(const struct boot_record *record);
