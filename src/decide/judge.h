/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/attempt.h"
#include "facts/facts.h"

/* How the text of a record ends where it is not known what happened. */
#define JUDGE_GUESS_LOADED "(the jump did not happen, or the new kernel was reset)"
#define JUDGE_GUESS_CHECKING "(reset, power loss or forced reboot)"

/* How the kernel that runs after `attempt` was started. If the firmware itself uses kexec
 * (LinuxBoot, petitboot), every boot seems to be by kexec, so fastreboot's mark decides. */
enum boot_way judge_way(const struct attempt *attempt, const struct boot_facts *boot);

/* How the last reboot went.
 * attempt  what was recorded before it, or NULL
 * boot     how this boot was started
 * now      microseconds since 1970
 * uptime   microseconds since the running kernel started
 * Release the record with boot_record_clear(). */
void judge(const struct attempt *attempt, const struct boot_facts *boot, int64_t now,
           int64_t uptime, struct boot_record *ret_record);
