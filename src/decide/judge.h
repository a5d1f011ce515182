/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/attempt.h"
#include "facts/facts.h"

/* What came of the last reboot.
 * attempt  what was written down before it, or NULL
 * boot     how this boot came about
 * now      microseconds since 1970
 * uptime   microseconds since the running kernel started
 * 0 or -ENOMEM; release the record with boot_record_clear() in any case. */
int judge(const struct attempt *attempt, const struct boot_facts *boot, int64_t now, int64_t uptime,
          struct boot_record *ret_record);
