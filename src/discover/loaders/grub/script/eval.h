/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Runs commands. Both functions return the STATUS_* of the last one, or -ECANCELED with
 * run->problem. */

#include "discover/loaders/grub/script/state.h"

int grub_run_list(struct grub_eval *eval, const struct grub_node *list);

/* The body of an entry, with its arguments as $1 and so on. */
int grub_run_entry(struct grub_eval *eval, const struct grub_entry *entry);
