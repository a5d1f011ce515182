/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Release with storage_facts_clear(). */
void storage_facts_read(int root, struct storage_facts *ret);

/* Only what the kernel log says of disks and file systems. */
void storage_log_facts_read(int root, struct storage_facts *ret);
void storage_facts_clear(struct storage_facts *facts);
