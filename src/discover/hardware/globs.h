/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Whether one of the globs, which blanks separate, matches the text. */
bool globs_match(const char *globs, const char *text);
