/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/boot-record.h"
#include "reboot/survey.h"
#include "report/print.h"

/* Texts that several reports share. The caller frees them. */

/* What the next reboot will be: the first line. */
char *headline(const struct survey *survey, int64_t now, enum style *ret_style);

/* Whether the machine will reboot itself, because something critical is missing. Whatever else
 * applies, that is what the administrator has to know first. */
bool reboots_itself(const struct verdict *verdict);

/* Whether to show the finding: it applies and is not the consequence of another one. Those that
 * only root can know are summarised by print_needs_root(). */
bool is_shown(const struct finding *finding);

/* Prints "  2 checks need root: kernel-missing, disk-errors", if there are any. */
void print_needs_root(const struct verdict *verdict);

/* "9.8 s", "3 min 37 s" */
char *duration_text(int64_t milliseconds);

/* In the reader's time zone: "2026-05-01 10:00 UTC". */
char *time_text(int64_t time);

/* "3 days" */
char *age_text(int64_t seconds);

/* "2026-05-01 10:00 UTC (3 days ago)"; without the age if `now` is 0. */
char *time_and_age_text(int64_t time, int64_t now);

/* Why a reboot had its outcome, without the outcome itself: "missing: disk X"; NULL if there is
 * nothing to say. */
char *details_text(const struct boot_record *record);
