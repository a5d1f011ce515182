/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The modules directory of kernel `release` in the system that it starts with the command line
 * `cmdline`, for free(): "/lib/modules/6.1.0", or where NixOS or OSTree has it. */
char *modules_directory(int root, const char *release, const char *cmdline);

/* Whether a modules directory is whole: its index can be read and every module that it lists is
 * there, or the kernel was built without modules. 0 when so; -ENOEXEC and in *ret_problem, the
 * caller's, what is missing; another negative errno where that could not be found out. */
int modules_check(int root, const char *directory, char **ret_problem);

/* Whether that kernel has a driver for a device with this modalias, or a driver called `module`, as
 * a module or built in: 1 or 0, or a negative errno. Also 1 if it has no modules directory, which
 * modules_check() reports. */
int modules_have(int root, const char *directory, const char *modalias, const char *module);
