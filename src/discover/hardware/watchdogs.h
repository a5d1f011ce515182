/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* 0 or -ENOMEM; release with watchdog_facts_clear() in any case. */
int watchdog_facts_read(int root, struct watchdog_facts *ret);
void watchdog_facts_clear(struct watchdog_facts *facts);

/* What the kernel `release`, which is to be started, means for the watchdog. 0 or -ENOMEM. */
int watchdog_facts_look_ahead(int root, const char *release, struct watchdog_facts *facts);
