/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/history.h"
#include "reboot/survey.h"
#include "reboot/trial.h"

/* Prints facts and decisions to standard output, the same as text and as JSON; nothing else prints
 * them. `now` is the time in microseconds since 1970, or 0 for a recorded machine, where no time
 * passes. */

/* `last` is how the last reboot went, or NULL if not known. */
void report_status(const struct survey *survey, const struct boot_record *last,
                   const struct history *history, int64_t now);
/* A time in the reader's time zone; the caller frees it. */
char *report_time_text(int64_t time);

/* Says that a reboot is scheduled for that time, and how to cancel it. */
void report_scheduled(int64_t time, bool through_firmware);

void report_last(const struct boot_record *last, int64_t now);

/* Only the first line of status. */
void report_headline(const struct survey *survey, int64_t now);

/* The same after something was changed, with where to read on unless all is well. */
void report_next(const struct survey *survey, int64_t now);

void report_status_json(const struct survey *survey, const struct boot_record *last);

/* What check prints besides the verdict. */
enum check_detail {
    CHECK_FOUND,  /* the reasons that apply */
    CHECK_GROUPS, /* by group, with a line that says how many do not apply */
    CHECK_ALL,    /* all of them by group */
};

void report_check(const struct survey *survey, enum check_detail detail, int64_t now);

/* With `all`, also what does not apply. */
void report_check_json(const struct survey *survey, bool all);

/* What a reason means. */
void report_reason_json(const struct reason *reason);

/* The end of waiting until it is known how the last reboot went. */
struct wait_report {
    const char *result;                /* what the exit status means, in a word */
    const char *problem;               /* why nothing is known, or NULL */
    const struct health_facts *health; /* of this boot */
    const struct boot_record *last;    /* NULL if not known */
};

void report_wait_json(const struct wait_report *wait);

/* Printed when a kernel is installed: nothing if all is well, unless `all`. */
struct kernel_report {
    const char *release;
    const struct answer *missing;  /* the drivers that it lacks */
    const struct answer *pinned;   /* the settings name an older kernel */
    const struct finding *because; /* why the next reboot is not fast, or NULL */
};

/* Why it is not known which drivers it lacks, or NULL. The caller frees the text. */
char *kernel_unknown_text(const struct kernel_report *kernel);

void report_kernel(const struct kernel_report *kernel, bool all);
void report_kernel_json(const struct kernel_report *kernel);

/* What a trial that passed has shown. */
void report_trial(const struct trial *trial);
void report_trial_json(const struct trial *trial);

/* A boot entry in the list. */
struct listed_entry {
    const struct boot_entry *entry;
    char *release; /* of its kernel, or NULL */
    char *problem; /* why kexec cannot start it, or NULL */
    bool chosen;
};

/* With `all`, also kernel, initrds and command line of each; with titles if `legend`. */
void report_list(const struct boot_entries *entries, const struct listed_entry *listed, bool all,
                 bool legend);
void report_list_json(const struct boot_entries *entries, const struct listed_entry *listed);

/* The last `n` reboots, newest first, a line for each; the last few if `n` is 0. With titles and a
 * summary if `legend`. */
void report_history(const struct history *history, size_t n, bool legend, int64_t now);

/* All that is known about one reboot: the last one has the number 1. */
void report_record(const struct boot_record *record, size_t number, int64_t now);

/* How the reboot with this number ended, with the end of the log of its kernel. */
void report_why_json(const struct boot_record *record, size_t number);

/* `n` reboots, oldest first, from records[0] on. */
void report_history_json(const struct boot_record records[], size_t n);

/* Whether each of the functions for JSON prints one line from now on: --json=short. */
void report_json_on_one_line(bool yes);
