/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/boot-record.h"

enum {
    HISTORY_LINES = 100,
    HISTORY_BYTES = 128 * 1024,
};

/* The text of a history file, a line of JSON for each boot, oldest first. */

struct history {
    struct boot_record *all;
    size_t n;
};

/* Gives the number of records, or -EBADMSG at a line that is none, with what comes before it.
 * Release with history_clear() in any case. */
int history_parse(const char *text, struct history *ret);
void history_clear(struct history *history);

/* `text` (or NULL) with one more line and at most HISTORY_LINES of them; the caller's.
 * Where the last line is about the same attempt, the new one takes its place. */
char *history_with(const char *text, const struct boot_record *record);
