/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/bls/bls-entry.h"

/* Boot entries that start a unified kernel image. */

/* Reads a profile of the image `name` in `directory`/EFI/Linux as an entry of type 2. 0; -ENOENT if
 * the profile does not exist; -EBADMSG if the boot loader ignores the image; or another negative
 * errno. Release with bls_entry_clear() in either case. */
int uki_entry_read(int root, const char *directory, const char *name, unsigned profile,
                   struct bls_entry *ret_entry);

/* An entry of type 1 may start a unified kernel image: marks it as one, and sets the command line
 * that the stub would use, or a problem. `version` is systemd-boot's. 0 or a negative errno. */
int uki_entry_settle(int root, int version, struct bls_entry *entry);

/* Returns 1 if the file at `path` is a unified kernel image, with its own command line (or NULL) or
 * the reason why kexec cannot start it; the caller frees both. Returns 0 if it is not one, or a
 * negative errno. `directory` is where its partition is mounted, or NULL. */
int uki_describe(int root, const char *directory, const char *path, unsigned profile,
                 char **ret_cmdline, char **ret_problem);
