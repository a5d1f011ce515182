/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The kernel's command line: parameters separated by blanks. A blank inside double quotes is part
 * of the parameter; everything after a lone "--" is for init. All functions that return a string
 * return a new one, which the caller frees. */

#include <stdbool.h>
#include <stddef.h>

/* fastreboot's mark on the command line of a kernel that it started: "fastreboot.attempt=ID". The
 * kernel neither warns about a parameter with a dot nor passes it to init. */
#define CMDLINE_MARK "fastreboot.attempt="

/* "fastreboot.added=N", where N is one digit: the next N parameters were also added by fastreboot.
 * They apply to this kernel only, not to the one after it. */
#define CMDLINE_ADDED "fastreboot.added="
enum {
    CMDLINE_MAX_ADDED = 9,
};

/* Finds the next parameter and advances *position past it. Returns false at the end. */
bool cmdline_next(const char **position, const char **ret_word, size_t *ret_length);

/* What is wrong with parameters from a settings file, in words, or NULL: the kernel takes
 * everything after an unclosed quotation mark for one value. */
const char *cmdline_problem(const char *parameters);

/* `line` without the parameters that were meant for this kernel only: BOOT_IMAGE=, initrd=,
 * fastreboot's marks, and the parameters that fastreboot added. */
char *cmdline_for_next_kernel(const char *line);

/* `line` without fastreboot's marks and the parameters that it added. Boot entries may contain
 * them: kernel-install(8) copies the running kernel's command line into a new entry. */
char *cmdline_not_ours(const char *line);

/* `line` without the parameters listed in `remove`: "name" removes every parameter of that name,
 * with or without a value; "name=value" removes only that one. */
char *cmdline_without(const char *line, const char *remove);

/* `line` with `parameters` added at its end, but before a "--". Those that it already has move
 * there. */
char *cmdline_with(const char *line, const char *parameters);

/* The value of the last parameter that starts with `prefix` ("name="), or NULL. */
char *cmdline_value(const char *line, const char *prefix);

/* Whether `line` has a parameter of that name before a "--", with or without a value. */
bool cmdline_has(const char *line, const char *name);

/* The command line that is passed to the kernel: `line`, then fastreboot's mark for attempt `id`,
 * then the parameters in `added` (at most CMDLINE_MAX_ADDED, the most important first). If the
 * result exceeds `max` characters, additions are dropped from the end, and finally the mark. */
char *cmdline_final(const char *line, const char *id, const char *added, size_t max);

/* Whether `line` has the parameters of `wanted` in their order, and no others unless `more`. */
bool cmdline_has_words(const char *line, const char *wanted, bool more);
