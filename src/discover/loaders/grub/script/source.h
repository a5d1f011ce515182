/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/grub/script/state.h"

/* Both functions parse and run, and return the STATUS_* of the last command, or -ECANCELED with
 * run->problem. */
int grub_run_file(struct grub_eval *eval, const char *path);
int grub_run_text(struct grub_eval *eval, const char *path, const char *text, size_t length);

/* Only parses. The list lives in run->arena. 0, or -EBADMSG with *ret_problem, which the caller
 * frees. */
int grub_parse_text(struct grub_run *run, const char *path, const char *text, size_t length,
                    struct grub_node **ret_list, char **ret_problem);
