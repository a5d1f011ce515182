/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Whether there is something in this machine that the kernel `release` must drive and cannot. */
struct answer drivers_missing(int root, const char *release);
