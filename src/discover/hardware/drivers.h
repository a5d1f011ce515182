/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Whether there is something in this machine that the kernel with this modules directory must drive
 * and cannot; the directory is called like its release. */
struct answer drivers_missing(int root, const char *directory);
