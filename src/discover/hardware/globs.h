/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Whether one of the globs, which blanks separate, matches the text. */
bool globs_match(const char *globs, const char *text);

/* What is wrong with one of them, so that it would match nothing or something else than it says; or
 * NULL. */
const char *globs_check(const char *globs);
