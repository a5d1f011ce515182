/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Release with watchdog_facts_clear(). */
void watchdog_facts_read(int root, struct watchdog_facts *ret);
void watchdog_facts_clear(struct watchdog_facts *facts);

/* What the kernel to start, of this release, means for the watchdog. */
void watchdog_facts_look_ahead(int root, const char *release, struct watchdog_facts *facts);
