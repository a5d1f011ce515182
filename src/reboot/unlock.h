/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "act/unlock/secret.h"
#include "facts/facts.h"

/* The keys by which a fast reboot unlocks encrypted volumes. Functions that return a negative errno
 * give the reason in *ret_error, for free(), and never anything of a key. */

/* The archive for the next kernel, with the keys of all volumes that are enrolled; empty if there
 * are none. A key that no longer opens its volume is an error: the boot would wait for somebody.
 * Release with secret_clear(). 0 or a negative errno. */
int unlock_prepare(int root, const struct crypt_facts *facts, struct secret *ret_archive,
                   char **ret_error);

/* Removes the keys that the initrd has left in /run for volumes that were opened after it. */
void unlock_withdraw(int root);

/* Why the keys cannot be kept on this machine, in words for free(), or NULL. */
char *unlock_place_problem(int root);

/* Makes a key for the volume and adds it by `passphrase`, in place of an earlier one. 0; -EPERM if
 * that does not open the volume; or another negative errno, with nothing changed. */
int unlock_enroll(int root, const struct unlock_volume *volume, const struct secret *passphrase,
                  char **ret_error);

/* Whether the volume's key opens it: 1, 0 or a negative errno. */
int unlock_test(int root, const struct unlock_volume *volume, char **ret_error);

/* Removes the key of a volume that the boot does not wait for, and its keyslot if it is connected.
 * 1, or a negative errno. */
int unlock_remove_unused(int root, const char *uuid, char **ret_error);

/* Removes keyslot and key. 1, 0 if there was neither, or a negative errno: then the key stays. */
int unlock_remove(int root, const struct unlock_volume *volume, char **ret_error);
