/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/attempt.h"
#include "facts/boot-record.h"
#include "facts/facts.h"

/* How the kernel of a fast reboot that failed has ended: found in the next boot, and kept. Nothing
 * of it decides anything: what cannot be read or written costs the explanation. */

/* Before a jump: notes in the attempt what would otherwise be taken for its kernel's. */
void death_prepare(int root, struct attempt *attempt);

/* Looks for what is left of it, in this boot; or takes what was kept already. Release with
 * death_clear(). */
void death_find(int root, const struct attempt *attempt, const struct boot_facts *boot,
                struct death *ret);

/* Looks for a watchdog whose driver was not there yet when the boot was judged. Whether it now says
 * what was not known, in this boot alone. */
bool death_look_again(int root, struct death *death);

/* Keeps it, unless that was done, and tells of it. The oldest go where there are too many. */
void death_keep(int root, const struct death *death, const struct boot_record *record);

/* Removes from the kernel's store what names this attempt, once that is kept. */
void death_clean(int root, const struct attempt *attempt);

/* What was kept of attempt `id`: 1, 0 when there is nothing, or a negative errno. Release with
 * death_clear() in any case. */
int death_read(int root, const char *id, struct death *ret);
