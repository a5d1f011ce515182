/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/bls/bls-entry.h"

/* Boot entries that start a unified kernel image. */

/* Reads profile `profile` of the image `name` in `directory`/EFI/Linux as an entry of type 2.
 * 0; -ENOENT where there is no such profile; -EBADMSG for what the loader itself passes over; or
 * another negative errno. Release with bls_entry_clear() in any case. */
int uki_entry_read(int root, const char *directory, const char *name, unsigned profile,
                   struct bls_entry *ret_entry);

/* For an entry of type 1: if what it starts is a unified kernel image, marks it as one, with the
 * command line that the stub would take, or with the problem. `version` is systemd-boot's.
 * 0 or a negative errno. */
int uki_entry_settle(int root, int version, struct bls_entry *entry);

/* 1 when the file at `path` is a unified kernel image, with its own command line (NULL where it has
 * none) or the problem for which kexec cannot start it; the caller frees both. 0 when it is none;
 * or a negative errno. `directory` is the partition that it is on, or NULL for anywhere. */
int uki_describe(int root, const char *directory, const char *path, unsigned profile,
                 char **ret_cmdline, char **ret_problem);
