/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Returns the kernel parameters that are added to the entry's command line, so that the machine
 * comes back if the next kernel fails: separated by blanks, the most important first, at most
 * CMDLINE_MAX_ADDED, and none whose name that command line already has. The caller frees the
 * text. */
char *additions_decide(const struct facts *facts);
