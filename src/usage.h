/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nearest.h"
#include "base/util.h"

/* Wrong usage is reported on standard error, in two lines. Both functions return the exit status.
 * What they print may contain words of the command line: it is made safe for a terminal. */

int usage_error(const char *pattern, ...) PRINTF(1, 2);

/* "unknown WHAT WORD", and the nearest name, or else the `choices`, unless they are NULL. `quote`
 * stands around the words. */
int usage_unknown(const char *what, const char *quote, const struct nearest *nearest,
                  const char *choices);
