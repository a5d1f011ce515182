/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/boot-record.h"

enum {
    HISTORY_LINES = 100,
    HISTORY_BYTES = 128 * 1024,
};

/* The text of a history file, a line of JSON for each boot, oldest first. */

/* Calls `each` with every record; stops when that gives a negative number and returns it, else
 * gives the number of records. -EBADMSG at a line that is none. */
int history_parse(const char *text, int (*each)(const struct boot_record *, void *), void *data);

/* `text` (or NULL) with one more line and at most HISTORY_LINES of them; the caller's.
 * Where the last line is about the same attempt, the new one takes its place. */
char *history_with(const char *text, const struct boot_record *record);
