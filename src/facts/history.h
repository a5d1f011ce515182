/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/boot-record.h"

enum {
    HISTORY_LINES = 100,
    HISTORY_BYTES = 128 * 1024,
};

/* The text of a history file: one line of JSON for each boot, oldest first. */

struct history {
    struct boot_record *all;
    size_t n;
    size_t newer; /* lines that a newer fastreboot has written: they stay in the file */
};

/* Returns the number of records, or -EBADMSG at an invalid line, with the records before it in
 * `ret`. Release with history_clear() in either case. */
int history_parse(const char *text, struct history *ret);
void history_clear(struct history *history);

/* `text` (or NULL) with one more line, limited to HISTORY_LINES. If the last line is about the same
 * attempt, the new one replaces it. The caller frees the text. */
char *history_with(const char *text, const struct boot_record *record);

/* The mean of how long the machine was away, in microseconds, over the reboots in all[from…] with
 * this outcome of which that is known; -1 if there are none. *ret_n is their number. */
int64_t history_mean_away(const struct history *history, size_t from, enum outcome outcome,
                          size_t *ret_n);
