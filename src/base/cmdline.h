/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The kernel's command line: parameters separated by blanks, where a blank between double quotes
 * belongs to the parameter, and everything behind a lone "--" is for init. */

#include <stdbool.h>
#include <stddef.h>

/* The mark of ours on the command line of a kernel that we started: "fastreboot.attempt=ID".
 * A parameter with a dot reaches neither init nor a warning of the kernel. */
#define CMDLINE_MARK "fastreboot.attempt="

/* The next parameter at *position, which moves behind it; false at the end. */
bool cmdline_next(const char **position, const char **ret_word, size_t *ret_length);

/* `line` without what only meant the loader that started this kernel: BOOT_IMAGE=, initrd= and our
 * own marks. All three give a string of the caller's, or NULL when memory is gone. */
char *cmdline_for_next_kernel(const char *line);

/* `line` without the parameters in `remove`: a name takes every parameter of that name,
 * with or without a value; name=value takes just that. */
char *cmdline_without(const char *line, const char *remove);

/* `line` with `parameters` behind its last one, before a "--"; those of them that it has already
 * move there. */
char *cmdline_with(const char *line, const char *parameters);

/* The value of the last parameter that starts with `prefix` ("name="): the caller's, or NULL. */
char *cmdline_value(const char *line, const char *prefix);
