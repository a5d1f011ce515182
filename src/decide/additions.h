/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* The kernel parameters that the next kernel gets on top of the command line of its entry, so that
 * the machine comes back when that kernel fails: separated by blanks, the most important first, at
 * most CMDLINE_MAX_ADDED; none whose name is already on that command line. For free(). */
char *additions_decide(const struct facts *facts);
