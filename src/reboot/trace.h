/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/attempt.h"
#include "facts/times.h"

/* The trace of one fast reboot: asked for by the administrator, begun at the end of the shutdown,
 * read in the next boot. Nothing of it decides anything: what cannot be set, written or read costs
 * figures. The request is below /run, so any reboot ends it. */

/* What the administrator is told of a step that failed, or did not. */
typedef void (*trace_tell)(int priority, const char *text);

/* Why this machine cannot trace a reboot, in words, or NULL; the caller frees it. `efi`: the
 * firmware's variables may be written to. */
char *trace_refusal(int root, bool efi);

/* Whether the next fast reboot is to be traced: 1, 0, or a negative errno. */
int trace_is_armed(int root);

/* Asks for it, after trace_refusal(), or takes that back. 0 or a negative errno; arming tells what
 * it could not do besides. */
int trace_arm(int root, trace_tell tell);
int trace_disarm(int root);

/* When the kernel is loaded: notes which attempt is traced. Nothing unless that is asked for. */
void trace_note(int root, const struct attempt *attempt);

/* At the end of the shutdown, before the last step: lets the kernel log its devices. The step
 * itself then marks the place in the log from which on it counts. */
void trace_begin(int root, trace_tell tell);
void trace_mark(int root);

/* In the next boot, when it judges `attempt`: forgets the trace of another one, which was called
 * off. */
void trace_settle(int root, const struct attempt *attempt);

/* Reads what is known of the reboot, if it was traced: into times->trace.
 * ret_own  the records to remove with trace_end() once that is written down; or NULL */
void trace_collect(int root, struct reboot_times *times, char ***ret_own);

/* Removes the records, and frees the list. */
void trace_end(int root, char **own);
