/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/attempt.h"
#include "facts/facts.h"
#include "facts/history.h"

/* What fastreboot writes down about reboots, for a later boot: each file is written and read here
 * and nowhere else. What returns int gives 0 or a negative errno unless said otherwise; removing
 * what is not there is no error. */

/* Attempts. `path` is one of four: STATE_ATTEMPT, the reboot under way; STATE_HEALING, the fast
 * reboot for which one through the firmware was asked for; RUN_HEALTH, the one whose machine is
 * being checked in this boot; STATE_TEST, one that is only tried. */

int records_write_attempt(int root, const char *path, const struct attempt *attempt);
int records_remove_attempt(int root, const char *path);

/* 1, or 0 when there is none. What is damaged is kept as "PATH.damaged" and what another machine
 * wrote as "PATH.other-machine"; that is told, and a negative errno returned. Release with
 * attempt_clear() in any case. */
int records_read_attempt(int root, const char *path, struct attempt *ret);

/* The same without a word and without setting anything aside, whatever is wrong with it. 0 or a
 * negative errno. */
int records_peek_attempt(int root, const char *path, struct attempt *ret);

/* False if it was written on another machine. */
bool records_is_of_this_machine(int root, const struct attempt *attempt);

/* Removes the reboot under way if it still is `attempt`, not one that began since. */
int records_end_attempt(int root, const struct attempt *attempt);

/* Gives the reboot under way another state and reason, if a kernel was loaded for it in this boot
 * and the attempt can be read and written. `reason_id` may be NULL. */
void records_revise_attempt(int root, enum attempt_state state, const char *reason,
                            const char *reason_id);

/* Whether the machine is being checked in the boot `boot_id`, and for what, without what it has
 * now. Release with health_facts_clear(). */
void records_read_health(int root, const char *boot_id, struct health_facts *ret);
/* 1 when a boot is being checked, 0 when not, or a negative errno. */
int records_has_health(int root);

/* How a boot came about: in the history, in place of the last line where that is about the same
 * attempt, and then for `status`. The second is written last: it says that this boot is judged.
 * What cannot be written is told. */
void records_write_boot(int root, const struct boot_record *record);

/* Keeps, for this boot, what the last one through the firmware left behind: from the kernel, or
 * after kexec from the attempt (or NULL) that led here. What cannot be written is told. */
void records_write_firmware_boot(int root, const struct attempt *attempt);

/* 1, 0 when this boot is not judged yet, or a negative errno. */
int records_read_boot(int root, struct boot_record *ret);
int records_has_boot(int root);

/* The history, oldest first; of a damaged one (-EBADMSG) what comes before the damage. Release with
 * history_clear() in any case. */
int records_read_history(int root, struct history *ret);

/* The kernels that failed, and the version of the firmware that the machine has now. Release with
 * failure_facts_clear(). */
void records_read_failures(int root, struct failure_facts *ret);

/* Remembers that the kernel of this attempt did not come up well, so that it is not tried again;
 * what cannot be written is told. */
void records_remember(int root, const struct attempt *attempt, const char *reason);

/* Remembers that the load of attempt `id` at shutdown began and did not end; with NULL, that one
 * came to its end. What cannot be written is told. */
void records_count_load(int root, const char *id);

/* Forgets that `kernel` failed, as it was not to blame. With NULL, after a fast reboot that went
 * well: what failed before it does not say that it is the machine. What cannot be written is told.
 */
void records_forgive(int root, const char *kernel);

/* Forgets all failures. */
int records_forget(int root);
