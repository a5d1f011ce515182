/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "facts/attempt.h"
#include "facts/facts.h"
#include "facts/times.h"

/* When the steps of a reboot were reached. The old system leaves what it knows: the attempt when
 * the load began and ended, the jump when the last step came. The next boot takes that over as soon
 * as it runs, and adds its own part, once, when multi-user.target is reached. Nothing of this
 * decides anything: what cannot be read or written costs figures. */

/* At the end of a shutdown, before the last step. Nothing where the state directory is unmounted by
 * then, or the reboot is not recorded. */
void times_leave(int root);

/* At boot: keeps for times_complete() what the old system left, unless that is done. `attempt` may
 * be NULL. */
void times_take_over(int root, const struct attempt *attempt, const struct boot_facts *boot);

/* Whether the shutdown that the attempt is about did not come to its last step, although one before
 * it has left a note of that: where the state directory is unmounted by then, none does. */
bool times_lacks_jump(int root, const struct attempt *attempt);

/* Adds what this boot knows, and writes it all down: 0, also when there is nothing to add to, or a
 * negative errno. */
int times_complete(int root);

/* The times of all reboots; of a damaged file what comes before the damage. Release with
 * times_list_clear(). */
void times_read(int root, struct times_list *ret);
