/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The kernel's command line: parameters separated by blanks, where a blank between double quotes
 * belongs to the parameter, and everything behind a lone "--" is for init. */

#include <stdbool.h>
#include <stddef.h>

/* The mark of ours on the command line of a kernel that we started: "fastreboot.attempt=ID".
 * A parameter with a dot reaches neither init nor a warning of the kernel. */
#define CMDLINE_MARK "fastreboot.attempt="

/* "fastreboot.added=N", N of one digit: the N parameters behind it were added by us too, to the
 * kernel that we started, and are not for the one after it. */
#define CMDLINE_ADDED "fastreboot.added="
enum {
    CMDLINE_MAX_ADDED = 9,
};

/* The next parameter at *position, which moves behind it; false at the end. */
bool cmdline_next(const char **position, const char **ret_word, size_t *ret_length);

/* `line` without what only meant the loader that started this kernel: BOOT_IMAGE=, initrd=, our
 * own marks and what we added. All give a string of the caller's. */
char *cmdline_for_next_kernel(const char *line);

/* `line` without our own marks and what we added, as what somebody made of the running kernel's
 * command line may have them: kernel-install(8) writes it into a new boot entry. */
char *cmdline_not_ours(const char *line);

/* `line` without the parameters in `remove`: a name takes every parameter of that name,
 * with or without a value; name=value takes just that. */
char *cmdline_without(const char *line, const char *remove);

/* `line` with `parameters` behind its last one, before a "--"; those of them that it has already
 * move there. */
char *cmdline_with(const char *line, const char *parameters);

/* The value of the last parameter that starts with `prefix` ("name="): the caller's, or NULL. */
char *cmdline_value(const char *line, const char *prefix);

/* Whether there is a parameter of that name, with or without a value, before a "--". */
bool cmdline_has(const char *line, const char *name);

/* What the kernel gets in the end: `line` with our mark for attempt `id`, and behind that the
 * parameters in `added`, of which there are at most CMDLINE_MAX_ADDED, the most important first.
 * What does not fit into `max` characters is left out, from the last one on, and at last the mark.
 */
char *cmdline_final(const char *line, const char *id, const char *added, size_t max);
