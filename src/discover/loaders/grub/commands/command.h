/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* GRUB's commands, as far as they affect what is started. */

#include "discover/loaders/grub/script/state.h"

/* For struct grub_run. */
grub_command *grub_find_command(const char *name);

grub_command grub_set, grub_unset, grub_export, grub_ask, grub_read_input, grub_hwmatch, grub_count,
    grub_break, grub_return, grub_shift, grub_test, grub_menuentry, grub_load_env, grub_save_env,
    grub_search, grub_source, grub_blscfg, grub_linux, grub_initrd, grub_beyond_kexec, grub_boot;

/* Whether `word` is the option `name`, with or without "=value". */
bool grub_is_option(const char *word, const char *name);

/* The value of the option at words[*i], either "--name=value" or "--name value", which advances *i;
 * NULL if it has none. */
const char *grub_option_value(const struct grub_words *words, size_t *i);
