/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Release with watchdog_facts_clear(). */
void watchdog_facts_read(int root, struct watchdog_facts *ret);
void watchdog_facts_clear(struct watchdog_facts *facts);

/* The name of a watchdog that says that it has reset this machine before this boot, or NULL. The
 * caller frees it. */
char *watchdogs_reset(int root);

/* What the kernel to start, with this modules directory, means for the watchdog. */
void watchdog_facts_look_ahead(int root, const char *directory, struct watchdog_facts *facts);
