/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/notes.h"

/* fastreboot's own files below /run, which end with this boot: each is written and read here and
 * nowhere else. What returns int gives 0 or a negative errno unless said otherwise; removing what
 * is not there is no error. */

/* Waits until no other fastreboot holds the lock, and takes it: for loading a kernel, which two
 * cannot do at once. Returns a descriptor to close, or a negative errno. */
int notes_lock(int root);

/* The same for looking at the machine after a fast reboot: a look that `fastreboot cancel` overtook
 * would tell users of a reboot that no longer comes. */
int notes_lock_health(int root);

/* One reboot through the firmware was asked for, by the administrator (`why` is "") or by
 * fastreboot itself. */
int notes_write_normal(int root, const char *why);
int notes_remove_normal(int root);
/* 1 when it is there, 0 when not, or a negative errno. */
int notes_has_normal(int root);

/* The same, with a text unless the administrator asked. Release with answer_clear(). */
void notes_read_armed(int root, struct answer *ret);

/* The kernel that fastreboot has loaded. A note that cannot be read counts as none: the kernel is
 * then taken for another program's, which is neither replaced nor dropped. That of a newer
 * fastreboot gives a kernel of fastreboot's own that is like no other: it is replaced. */
int notes_write_loaded(int root, const struct loaded_facts *loaded);
void notes_read_loaded(int root, struct loaded_facts *ret); /* loaded_facts_clear() */
void notes_remove_loaded(int root);

/* The kernel is loaded early in this boot. */
int notes_write_early(int root);
void notes_remove_early(int root);

/* The load at shutdown has begun, in the reboot of PID 1's job `job`. */
int notes_write_begun(int root, uint32_t job);
/* That id, -ENOENT when no load at shutdown has begun, or another negative errno. */
int64_t notes_read_begun(int root);
void notes_remove_begun(int root);

/* The jump may go ahead in the reboot that is under way. Reading gives -ENOENT without one. */
int notes_write_go_ahead(int root, const struct go_ahead *go);
int notes_read_go_ahead(int root, struct go_ahead *ret);
void notes_remove_go_ahead(int root);

/* What the quirks say has to be detached before the jump. Where that is nothing the note is
 * removed. The note is a condition of the modules unit, too. */
int notes_write_detach(int root, const struct quirk_facts *quirk);
/* Gives a plan whose texts belong to *ret_note; -ENOENT where there is nothing to detach. */
int notes_read_detach(int root, struct json_object **ret_note, struct quirk_facts *ret_plan);
void notes_remove_detach(int root);
