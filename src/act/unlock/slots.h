/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "act/unlock/secret.h"

/* fastreboot's keyslot in the LUKS header on a device or in a file. In LUKS2 a token with the
 * number of the slot marks it. LUKS1 has no tokens: it is the slot that the key opens.
 *
 * All return a negative errno with the reason in *ret_error, for free(), if it cannot be done. */

/* Adds `key`, which must be random, by a passphrase or key that opens the volume, and tests it.
 * Nothing is changed if it fails; -EPERM if the passphrase is wrong. `uuid` must be the header's.
 * 0. */
int slot_add(const char *device, const char *uuid, const struct secret *passphrase,
             const struct secret *key, char **ret_error);

/* Whether the slot exists and the key opens the volume by it: 1 or 0. Changes nothing, and takes no
 * lock. */
int slot_test(const char *device, const struct secret *key, char **ret_error);

/* Whether the passphrase or key opens any slot: 1 or 0. Changes nothing. */
int slot_opens(const char *device, const struct secret *passphrase, char **ret_error);

/* Removes the slot and its token. `key` may be NULL if it is lost. 1; 0 if there is no slot; -EBUSY
 * if no other slot would be left. */
int slot_remove(const char *device, const struct secret *key, char **ret_error);
